/** The parts of an image reference as a runtime reads them. */
export interface ImageReference {
  /** Registry and repository as written, without tag and digest. */
  readonly repository: string;
  readonly tag?: string;
  /** What follows the last `@`, valid or not. */
  readonly digest?: string;
}

const HEX_LENGTH: Readonly<Record<string, number>> = { sha256: 64, blake3: 64, sha384: 96, sha512: 128 };
/** The digest grammar of the OCI image specification ("Digests"). */
const OCI_DIGEST = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/;

/** Cuts the digest at the last `@` and the tag at the last colon after the last slash: an earlier colon is a registry's port. */
export function parseImage(image: string): ImageReference {
  const at = image.lastIndexOf('@');
  const name = at < 0 ? image : image.slice(0, at);
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  return {
    repository: colon < 0 ? name : name.slice(0, colon),
    ...(colon < 0 || colon === name.length - 1 ? {} : { tag: name.slice(colon + 1) }),
    ...(at < 0 ? {} : { digest: image.slice(at + 1) }),
  };
}

/** Whether a digest names exactly one image: of the length of its algorithm, or fitting the OCI grammar where the algorithm is another. */
export function isValidDigest(digest: string): boolean {
  const algorithm = digest.slice(0, Math.max(0, digest.indexOf(':')));
  const length = Object.hasOwn(HEX_LENGTH, algorithm) ? HEX_LENGTH[algorithm] : undefined;
  if (length === undefined) return OCI_DIGEST.test(digest);
  const hex = digest.slice(algorithm.length + 1);
  return hex.length === length && /^[0-9a-f]+$/.test(hex);
}

/** The pull policy that the API server fills in: a reference that it cannot read counts as one with a tag. */
export function pullPolicyOf(image: string): 'Always' | 'IfNotPresent' {
  const { tag, digest } = parseImage(image);
  const named = tag ?? (digest === undefined ? 'latest' : undefined);
  return named === 'latest' && (digest === undefined || isValidDigest(digest)) ? 'Always' : 'IfNotPresent';
}
