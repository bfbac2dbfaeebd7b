/** Something that a pod finds under `mountPath`. `name` tells the volumes of a pod apart; it is made from the source where left out. */
export type KubernetesVolume = VolumeMount &
  (
    | { readonly kind: 'pvc'; readonly claim: string }
    | {
        readonly kind: 'secret' | 'configMap';
        /** Name of the Secret or ConfigMap. */
        readonly source: string;
        /** Files by key. @default every key under its own name */
        readonly items?: Readonly<Record<string, string>>;
        /** Permissions of the files, as in `0o440`. */
        readonly mode?: number;
        readonly optional?: boolean;
      }
    | { readonly kind: 'emptyDir'; readonly sizeLimit?: string | number; readonly medium?: 'Memory' }
    | {
        readonly kind: 'hostPath';
        /** Folder or file of the node. */
        readonly path: string;
        /** @default 'Directory': the folder must be there */
        readonly type?: 'Directory' | 'DirectoryOrCreate' | 'File' | 'FileOrCreate' | 'Socket';
      }
  );

export interface VolumeMount {
  readonly name?: string;
  readonly mountPath: string;
  /** @default true for secret, configMap and hostPath, else false */
  readonly readOnly?: boolean;
  readonly subPath?: string;
}
