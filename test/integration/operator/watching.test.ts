import { expect } from 'chai';
import { shrink } from '#inventory/shrink.ts';
import { Store } from '#inventory/store.ts';
import { loadCluster } from '#kube/kubeconfig.ts';
import { Transport } from '#kube/transport.ts';
import { silentLogger } from '#log/logger.ts';
import type { Kind } from '#model/kinds.ts';
import { WATCHED } from '#operator/watched.ts';
import { Watching } from '#operator/watching.ts';
import { startSandbox, type Sandbox } from '#sandbox/server.ts';
import { withFiles } from '../cli/program.ts';
import { Api } from '../../support/api.ts';
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

  /** While one kind is watched, into a store. */
  const whileWatching = async <T>(
    only: Kind,
    store: Store,
    run: (watching: Watching, around: { readonly known: () => boolean; readonly kubeconfig: string }) => Promise<T>,
  ): Promise<T> =>
    withFiles({ kubeconfig: sandbox.kubeconfig }, async (folder) => {
      const transport = new Transport({
        cluster: loadCluster({ kubeconfig: `${folder}/kubeconfig`, userAgent: 'tests/1.0' }),
      });
      const others = WATCHED.filter((kind) => kind !== only).map((kind) => [kind, 'not asked for'] as const);
      let isKnown = false;
      const onKnowledge = (kind: Kind, isSettled: boolean): void => {
        isKnown ||= kind === only && isSettled;
      };
      const watcher = { onChanges: () => undefined, onKnowledge };
      const watching = new Watching({ transport, store, unasked: new Map(others), watcher, logger: silentLogger });
      watching.start();
      try {
        return await run(watching, { known: () => isKnown, kubeconfig: `${folder}/kubeconfig` });
      } finally {
        await watching.stop();
        transport.close();
      }
    });

  /** What the store holds of Gateways once they are known, as `version name`. */
  const held = async (store: Store): Promise<readonly string[]> =>
    whileWatching('Gateway', store, async (watching) => {
      await waitFor('the kind', () => watching.reflectors.get('Gateway')?.state.phase === 'synced');
      return store.list('Gateway').map(({ apiVersion = 'v1', metadata }) => `${apiVersion} ${metadata.name}`);
    });

  it('and with them which resources the API has, as they come and go', async () => {
    const store = new Store();
    const scopes = (): unknown =>
      store.list('ApiResource').flatMap(({ spec }) => (spec.group === GROUP ? [[spec.names.plural, spec.scope]] : []));
    const isThere = (group: string, name: string): boolean =>
      store.list('ApiResource').some(({ metadata }) => metadata.name === `${name}.${group}`);
    await whileWatching('ApiResource', store, async (_, { known, kubeconfig }) => {
      await waitFor('discovery', known);
      expect([isThere('apps', 'deployments'), scopes()]).to.deep.equal([true, []]);
      await sandbox.load([crd('v1', 'v1beta1')]);
      await waitFor('the new resource', () => isThere(GROUP, 'gateways'));
      expect(scopes()).to.deep.equal([['gateways', 'Namespaced']]);
      const api = new Api(kubeconfig);
      await api.remove('CustomResourceDefinition', { name: `gateways.${GROUP}` });
      api.close();
      await waitFor('its end', () => !isThere(GROUP, 'gateways'));
      expect([isThere('apps', 'deployments'), store.missing('ApiResource')]).to.deep.equal([true, undefined]);
    });
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
