import path from 'node:path';

export const projectDirectory = (store: string, project: string): string =>
  path.join(store, 'projects', project);
export const ledgerFile = (store: string, project: string): string =>
  path.join(projectDirectory(store, project), 'ledger.jsonl');
export const runsDirectory = (store: string, project: string): string =>
  path.join(projectDirectory(store, project), 'runs');
export const runDirectory = (store: string, project: string, uid: string): string =>
  path.join(runsDirectory(store, project), uid);
export const journalFile = (store: string, project: string, uid: string): string =>
  path.join(runDirectory(store, project, uid), 'events.jsonl');
export const claimsDirectory = (store: string, project: string): string =>
  path.join(projectDirectory(store, project), 'claims');
export const stagingRoot = (store: string): string => path.join(store, 'tmp');
export const artifactsRoot = (store: string): string => path.join(store, 'artifacts');

/** Folder with the names of the projects that have put an artifact. */
export function uploadsFolder(store: string, digest: string): string {
  const hex = digest.replace(/^sha256:/, '');
  return path.join(store, 'uploads', hex.slice(0, 2), hex);
}

/** Folder of an artifact by its digest (`sha256:<hex>`). */
export function artifactFolder(store: string, digest: string): string {
  const hex = digest.replace(/^sha256:/, '');
  return path.join(artifactsRoot(store), hex.slice(0, 2), hex);
}

const uidPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** Whether a text may name a run's folder: nothing that leads out of `runs/`. */
export function isRunFolderName(text: string): boolean {
  return uidPattern.test(text);
}
