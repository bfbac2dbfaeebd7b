module slipway.test/cluster/pause

go 1.19
