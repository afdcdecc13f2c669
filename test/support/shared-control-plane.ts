/** The one control plane of a mocha run: started by the first suite that asks, stopped after the last test. */
import { randomBytes } from 'node:crypto';
import {
  controlPlaneMissing,
  startControlPlane,
  type ControlPlane,
  type ControlPlaneOptions,
} from './control-plane.ts';

/** The start of a control plane on a busy machine. Milliseconds. */
const START_MS = 90_000;

let shared: Promise<ControlPlane> | undefined;
const told = new Set<string>();

/** For `before` hooks of `[cluster]` suites: skips the suite where such a control plane cannot be started, and says why once. */
export function needControlPlane(context: Mocha.Context, options: ControlPlaneOptions = {}): void {
  const missing = controlPlaneMissing(options);
  if (missing === undefined) return;
  if (!told.has(missing)) console.log(`  cluster suite skipped: ${missing}`);
  told.add(missing);
  context.skip();
}

/**
 * The shared one; skips the suite where none can be started. It has a controller manager where the program is there, and kwok where
 * KWOK names it: `needControlPlane` tells a suite that cannot do without.
 */
export async function sharedControlPlane(context: Mocha.Context): Promise<ControlPlane> {
  needControlPlane(context);
  context.timeout(Math.max(context.timeout(), START_MS));
  shared ??= startControlPlane({
    controllerManager: controlPlaneMissing({ controllerManager: true }) === undefined,
    kwok: controlPlaneMissing({ kwok: true }) === undefined,
  });
  return shared;
}

/** Makes a namespace that no other test uses and answers its name. */
export async function newNamespace(plane: ControlPlane, prefix = 'test'): Promise<string> {
  const name = `${prefix}-${randomBytes(4).toString('hex')}`;
  await plane.kubectl('create', 'namespace', name);
  return name;
}

export const mochaHooks = {
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout(30_000);
    const plane = await shared;
    await plane?.stop();
  },
};
