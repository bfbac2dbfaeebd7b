import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nodeName } from '../../../cluster/node-components.ts';
import type { TestCluster } from '../../../cluster/test-cluster.ts';

/** A volume that a claim of a storage class of its own is bound to. */
export interface TestVolume {
  /** Undefined on a cluster of one's own, which has volumes itself. */
  readonly storageClass?: string;
  remove(): void;
}

/** The test cluster makes no volumes: this one is a folder of the machine, given to the one claim of that class. */
export function provideVolume(cluster: TestCluster, name: string): TestVolume {
  if (!cluster.local) return { remove: () => undefined };
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-volume-'));
  const data = path.join(folder, 'data');
  mkdirSync(data);
  // the node looks through the folder above as another user
  chmodSync(folder, 0o755);
  const volume = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      capacity: { storage: '10Gi' },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: name,
      local: { path: data },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [nodeName] }] },
          ],
        },
      },
    },
  };
  cluster.kubectl(['create', '-f', '-'], JSON.stringify(volume));
  return {
    storageClass: name,
    remove() {
      cluster.kubectl(['delete', 'persistentvolume', name, '--wait=false']);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
