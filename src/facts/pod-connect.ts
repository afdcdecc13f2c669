import type { Terms } from '#model/relation.ts';

/** Since 1.35 connecting to a pod needs `create`; before, a WebSocket was authorised as `get` (AuthorizePodWebsocketUpgradeCreatePermission). */
const CREATES_SINCE = 35;

/** Whether the right to `get` pods/exec, pods/attach and pods/portforward is enough to connect. */
export function connectsByGet({ minor, parameters }: Terms): boolean {
  const { podConnectByGet } = parameters;
  return podConnectByGet === 'auto' ? minor < CREATES_SINCE : podConnectByGet === 'always';
}
