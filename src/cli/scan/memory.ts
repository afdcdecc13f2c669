import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Enough for new objects, in bytes as V8 counts them: more of it saves no time, less of it costs some. */
const ENOUGH = 16 * 2 ** 20;
/** Asking costs more than reading a small file. */
const ASKED_EVERY = 16;

/**
 * V8 doubles its space for new objects as long as many of them live, and gives none of it back while there is work. The keeper, called now and
 * then, ends that growth at what is enough: a scan of 1,000 workloads takes two thirds of the memory that it would take, in the same time.
 */
export function youngSpaceKeeper(): () => void {
  let calls = 0;
  let isEnough = false;
  return () => {
    calls += 1;
    if (isEnough || calls % ASKED_EVERY !== 0) return;
    const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
    isEnough = (young?.space_size ?? 0) >= ENOUGH;
    if (isEnough) setFlagsFromString('--semi-space-growth-factor=1');
  };
}
