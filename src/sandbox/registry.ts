import { nameOf, type Raw } from './json.ts';
import { NATIVE_ENTRIES } from './native.ts';
import { resourcesOf } from './crd.ts';
import { apiVersionOf, nativeResource, storageKey, type Resource } from './resource.ts';

const pathKey = (group: string, version: string, plural: string): string => `${group}/${version}/${plural}`;

/** Versions as Kubernetes prefers them: stable before beta before alpha, higher numbers first. */
export function versionRank(version: string): number {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (match === null) return 0;
  const stage = { alpha: 1, beta: 2 }[match[2] ?? ''] ?? 3;
  return stage * 1_000_000 + Number(match[1]) * 1_000 + Number(match[3] ?? 0);
}

/** The kinds that are served now: the native ones and those of CRDs. */
export class Registry {
  readonly #native = NATIVE_ENTRIES.map(nativeResource);
  readonly #custom = new Map<string, readonly Resource[]>();
  #byPath = new Map<string, Resource>();
  #byKind = new Map<string, Resource>();
  #byStore = new Map<string, Resource>();
  #revision = 0;

  constructor() {
    this.#index();
  }

  /** Changes whenever the kinds do. */
  get revision(): number {
    return this.#revision;
  }

  get all(): readonly Resource[] {
    return [...this.#native, ...[...this.#custom.values()].flat()];
  }

  find(group: string, version: string, plural: string): Resource | undefined {
    return this.#byPath.get(pathKey(group, version, plural));
  }

  byKind(apiVersion: string, kind: string): Resource | undefined {
    return this.#byKind.get(`${apiVersion}/${kind}`);
  }

  /** Some version of the kind that a store holds. */
  byStore(store: string): Resource | undefined {
    return this.#byStore.get(store);
  }

  native(group: string, plural: string): Resource {
    const found = this.#native.find((resource) => resource.group === group && resource.plural === plural);
    if (found === undefined) throw new Error(`no native kind ${plural} in group "${group}"`);
    return found;
  }

  define(crd: Raw): void {
    this.#custom.set(nameOf(crd), resourcesOf(crd));
    this.#index();
  }

  forget(crdName: string): readonly Resource[] {
    const gone = this.#custom.get(crdName) ?? [];
    this.#custom.delete(crdName);
    this.#index();
    return gone;
  }

  #index(): void {
    this.#revision += 1;
    this.#byPath = new Map(this.all.map((each) => [pathKey(each.group, each.version, each.plural), each]));
    this.#byKind = new Map(this.all.map((each) => [`${apiVersionOf(each)}/${each.kind}`, each]));
    this.#byStore = new Map(this.all.map((each) => [storageKey(each), each]));
  }
}
