import type { V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import type { Job } from '../../job.ts';
import type { JobRequest } from './job-request.ts';
import type { KubernetesVolume } from './kubernetes-volume.ts';
import { annotationKeys } from './object-name.ts';
import { renderQuantity } from './quantity.ts';
import { addressFile, addressFolder, deliveryFolder } from './render-environment.ts';

export interface PodVolumes {
  readonly volumes: readonly V1Volume[];
  readonly mounts: readonly V1VolumeMount[];
}

/** What the pod finds beside its image: folders it may write, the job, and the volumes of the options. */
export function renderVolumes({ job, options, delivery, tracking }: JobRequest): PodVolumes {
  const own = [
    ...writableFolders(job),
    ...(delivery === undefined ? [] : [deliveryVolume(delivery)]),
    ...(tracking?.moves ? [addressVolume()] : []),
  ];
  const asked = (options.volumes ?? []).map((volume, index) => renderVolume(volume, index));
  const taken = new Set(asked.map(({ mount }) => mount.mountPath));
  const all = [...own.filter(({ mount }) => !taken.has(mount.mountPath)), ...asked];
  const byName = new Map(all.map(({ volume }) => [volume.name, volume]));
  return { volumes: [...byName.values()], mounts: all.map(({ mount }) => mount) };
}

interface Mounted {
  readonly volume: V1Volume;
  readonly mount: V1VolumeMount;
}

/** The root cannot be written; these can. */
function writableFolders({ resources }: Job): Mounted[] {
  const folder = (name: string, mountPath: string): Mounted => ({
    volume: { name, emptyDir: {} },
    mount: { name, mountPath },
  });
  const shared: Mounted[] =
    resources.shm === undefined
      ? []
      : [
          {
            volume: {
              name: 'shared-memory',
              emptyDir: { medium: 'Memory', sizeLimit: renderQuantity(resources.shm) },
            },
            mount: { name: 'shared-memory', mountPath: '/dev/shm' },
          },
        ];
  return [folder('temporary', '/tmp'), folder('work', '/work'), ...shared];
}

function deliveryVolume(secretName: string): Mounted {
  return {
    volume: { name: 'delivery', secret: { secretName, defaultMode: 0o440 } },
    mount: { name: 'delivery', mountPath: deliveryFolder, readOnly: true },
  };
}

/** What the pod's annotations tell it while it runs. */
function addressVolume(): Mounted {
  const fieldPath = `metadata.annotations['${annotationKeys.trackingUrl}']`;
  return {
    volume: {
      name: 'address',
      downwardAPI: { items: [{ path: addressFile, fieldRef: { fieldPath } }] },
    },
    mount: { name: 'address', mountPath: addressFolder, readOnly: true },
  };
}

function renderVolume(volume: KubernetesVolume, index: number): Mounted {
  const name = volume.name ?? `volume-${index + 1}`;
  const readOnly = volume.readOnly ?? ['secret', 'configMap', 'hostPath'].includes(volume.kind);
  const { mountPath, subPath } = volume;
  return {
    volume: { name, ...renderSource(volume) },
    mount: {
      name,
      mountPath,
      ...(readOnly ? { readOnly: true } : {}),
      ...(subPath === undefined ? {} : { subPath }),
    },
  };
}

function renderSource(volume: KubernetesVolume): Omit<V1Volume, 'name'> {
  switch (volume.kind) {
    case 'pvc':
      return { persistentVolumeClaim: { claimName: volume.claim } };
    case 'secret':
      return { secret: { secretName: volume.source, ...renderFiles(volume) } };
    case 'configMap':
      return { configMap: { name: volume.source, ...renderFiles(volume) } };
    case 'emptyDir': {
      const { sizeLimit, medium } = volume;
      const limit = sizeLimit === undefined ? {} : { sizeLimit: renderQuantity(sizeLimit) };
      return { emptyDir: { ...limit, ...(medium === undefined ? {} : { medium }) } };
    }
    case 'hostPath':
      return { hostPath: { path: volume.path, type: volume.type ?? 'Directory' } };
  }
}

type FileVolume = Extract<KubernetesVolume, { kind: 'secret' | 'configMap' }>;

function renderFiles({ items, mode, optional }: FileVolume): {
  items?: { key: string; path: string }[];
  defaultMode?: number;
  optional?: boolean;
} {
  return {
    ...(items === undefined ? {} : { items: Object.entries(items).map(([key, path]) => ({ key, path })) }),
    ...(mode === undefined ? {} : { defaultMode: mode }),
    ...(optional === undefined ? {} : { optional }),
  };
}
