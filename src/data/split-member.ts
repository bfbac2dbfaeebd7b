/** A `store://` reference and the file of the artifact that stands behind its first `#`, whose name may hold more of them. */
export function splitMember(reference: string): {
  readonly artifact: string;
  readonly member: string | undefined;
} {
  const at = reference.indexOf('#');
  return at < 0
    ? { artifact: reference, member: undefined }
    : { artifact: reference.slice(0, at), member: reference.slice(at + 1) };
}
