import { expect } from 'chai';
import { shrink } from '#inventory/shrink.ts';
import { Store } from '#inventory/store.ts';
import { loadCluster } from '#kube/kubeconfig.ts';
import { Transport } from '#kube/transport.ts';
import { silentLogger } from '#log/logger.ts';
import { WATCHED } from '#operator/watched.ts';
import { Watching } from '#operator/watching.ts';
import { startSandbox, type Sandbox } from '#sandbox/server.ts';
import { withFiles } from '../cli/program.ts';
import { waitFor } from '../../support/wait.ts';

const GROUP = 'gateway.networking.k8s.io';

function crd(...versions: readonly string[]): object {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `gateways.${GROUP}`, annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' } },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: { plural: 'gateways', kind: 'Gateway', singular: 'gateway', listKind: 'GatewayList' },
      versions: versions.map((name, index) => ({ name, served: true, storage: index === 0, schema })),
    },
  };
}

const gateway = (version: string, name: string): { readonly kind: 'Gateway' } => ({
  kind: 'Gateway',
  ...{ apiVersion: `${GROUP}/${version}`, metadata: { name, namespace: 'shop' }, spec: {} },
});

describe('[integration] kinds of extensions, watched where they are served', function () {
  this.timeout(60_000);
  let sandbox: Sandbox;

  beforeEach(async () => {
    sandbox = await startSandbox();
  });
  afterEach(() => sandbox.stop());

  /** What the store holds of Gateways once they are known, as `version name`. */
  const held = async (store: Store): Promise<readonly string[]> =>
    withFiles({ kubeconfig: sandbox.kubeconfig }, async (folder) => {
      const transport = new Transport({
        cluster: loadCluster({ kubeconfig: `${folder}/kubeconfig`, userAgent: 'tests/1.0' }),
      });
      const others = WATCHED.filter((kind) => kind !== 'Gateway').map((kind) => [kind, 'not asked for'] as const);
      const watcher = { onChanges: () => undefined, onKnowledge: () => undefined };
      const watching = new Watching({ transport, store, unasked: new Map(others), watcher, logger: silentLogger });
      watching.start();
      try {
        await waitFor('the kind', () => watching.reflectors.get('Gateway')?.state.phase === 'synced');
        return store.list('Gateway').map(({ apiVersion = 'v1', metadata }) => `${apiVersion} ${metadata.name}`);
      } finally {
        await watching.stop();
        transport.close();
      }
    });

  it('in the best of the versions that the server has', async () => {
    await sandbox.load([crd('v1beta1', 'v1', 'v1alpha2'), gateway('v1beta1', 'a')]);
    expect(await held(new Store())).to.deep.equal(['v1 a']);
  });

  it('in an older one where that is all there is', async () => {
    await sandbox.load([crd('v1alpha2', 'v1beta1'), gateway('v1alpha2', 'a')]);
    expect(await held(new Store())).to.deep.equal([`${GROUP}/v1beta1 a`]);
  });

  it('and what went while the watch moved from one version to another is gone', async () => {
    await sandbox.load([crd('v1'), gateway('v1', 'a')]);
    const store = new Store();
    for (const name of ['a', 'gone']) store.put(shrink('Gateway', gateway('v1beta1', name)));
    expect(await held(store)).to.deep.equal(['v1 a']);
  });
});
