import { deliveryFiles, secretFilePrefix } from '../../runtime/agent/delivery-files.ts';
import { type DeliveryTarget, deliveryMetadata, mostBytes } from './delivery-target.ts';
import { deliveryTooLarge } from './errors.ts';

export interface SecretContent {
  /** What opens the tracking server. */
  readonly token: string;
  /** Certificates of the authority that the server's own is from; PEM. */
  readonly certificates?: string;
  /** Values of secrets by name. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** The Secret with the token of the tracking server and the values of secrets, a key each. Throws `DELIVERY_TOO_LARGE`. */
export function renderSecretDelivery(
  { token, certificates, secrets }: SecretContent,
  target: DeliveryTarget,
): object {
  const files = {
    [deliveryFiles.token]: token,
    ...(certificates === undefined ? {} : { [deliveryFiles.certificates]: certificates }),
    ...Object.fromEntries(
      Object.entries(secrets).map(([name, value]) => [`${secretFilePrefix}${name}`, value]),
    ),
  };
  const size = Object.values(files).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (size > mostBytes)
    throw deliveryTooLarge(
      `the secrets of the pipeline take ${Math.ceil(size / 1024)} KiB; a Secret holds ${Math.floor(mostBytes / 1024)} KiB`,
      { hint: 'give steps the key to large content, and let them fetch it themselves' },
    );
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'slipway.run/delivery',
    metadata: deliveryMetadata(target),
    data: Object.fromEntries(
      Object.entries(files).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
    ),
  };
}
