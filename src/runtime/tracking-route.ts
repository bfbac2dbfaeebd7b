/** A tracking endpoint that a run which executes elsewhere reaches: where it ships its journal, output and artifacts. */
export interface TrackingRoute {
  /** As those who ship see it: `http://host:port`, without a slash at the end. */
  readonly url: string;
  /** Allows writing to the project of the run, and nothing else. Travels as a file, never in variables or arguments. */
  readonly token: string;
  /** Certificates, in PEM, of the authority that the server's own is from, where that is not one that Node knows. A file of this machine. */
  readonly caFile?: string;
  /** Whether others keep the endpoint up when this process ends. @default false */
  readonly outlivesProcess?: boolean;
  close(): Promise<void>;
}

/** Whose runs a route is for. */
export interface RouteTarget {
  readonly project: string;
  /** Folder of the store (`.slipway`) that the runs are to come to. */
  readonly storeDirectory: string;
  /** Address of the cluster's API server, `https://host:port`: pods come from somewhere behind it. */
  readonly server: string;
}

export type OpenRoute = (target: RouteTarget) => Promise<TrackingRoute>;
