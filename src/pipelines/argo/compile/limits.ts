/** What Argo's full definitions admit, and where its own storage ends. */
export const limits = {
  /** Tasks of one DAG template. */
  tasks: 200,
  templates: 200,
  /** Parameters of one template. */
  parameters: 500,
  /** Characters of a name. */
  name: 128,
  /** Of all templates: one object holds 1.5 MiB in etcd, and how the nodes stand comes to it. */
  bytes: 1_000_000,
  /** Nodes that a workflow's status holds before it has to be moved to a database. */
  nodes: 2000,
} as const;
