//go:build tools

// Package tools names the programs that are built from this module, so that go.mod keeps what they need.
package tools

import (
	_ "github.com/argoproj/argo-workflows/v3/cmd/argoexec"
	_ "github.com/argoproj/argo-workflows/v3/cmd/workflow-controller"
)
