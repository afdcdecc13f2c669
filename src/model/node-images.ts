import { list, number, struct, text, type Reader } from './shape.ts';

/** Images below this many bytes are nobody's concern: of a Node's list, which moves with every pull, only the larger ones are kept. */
export const LEAST_IMAGE_BYTES = 256 * 1024 ** 2;

export interface NodeImage {
  readonly names: readonly string[];
  readonly sizeBytes: number;
}

const images = list(struct({ names: list(text), sizeBytes: number }));

/** The images of a Node that may be too large; none is nothing. The order, which moves too, says nothing. */
export const largeImages: Reader<readonly NodeImage[] | undefined> = (raw, trail) => {
  const large = (images(raw, trail) ?? []).flatMap(({ names = [], sizeBytes = 0 }) =>
    sizeBytes < LEAST_IMAGE_BYTES ? [] : [{ names: [...names].sort(), sizeBytes }],
  );
  return large.length === 0 ? undefined : large.sort((a, b) => ((a.names[0] ?? '') < (b.names[0] ?? '') ? -1 : 1));
};
