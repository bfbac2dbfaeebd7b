/** Names of the files that bring a pod its run. */
export const deliveryFiles = {
  /** The job, as the pod executes it. */
  job: 'job.json',
  /** What opens the tracking server. */
  token: 'tracking-token',
  /** Certificates of the authority that the tracking server's own is from. */
  certificates: 'tracking-ca.pem',
  /** Who has submitted the run, and what it knows of where it comes from. */
  submission: 'submission.json',
  /** How a sweep's trials are shared out among its pods, and when none begins any more. */
  sweep: 'sweep.json',
  /** The trials of a sweep, of which each pod runs a group. */
  trials: 'trials.json.gz',
  /** In place of it, where there are too many: which artifacts they are in. */
  trialParts: 'trial-parts.json',
} as const;

/** Begins the name of the file that holds a secret's value; the secret's own name follows. */
export const secretFilePrefix = 'secret.';
