/** Folder of a pod that its decisions are written to, a file each. */
export const decisionsFolder = '/tmp/decisions';
