import type { Severity } from '#model/severity.ts';

export type Paint = Severity | 'bold' | 'dim';

/** How a stream wants its text: how wide, and whether in colour. */
export interface Look {
  readonly width: number;
  readonly paint: (text: string, as: Paint) => string;
}
