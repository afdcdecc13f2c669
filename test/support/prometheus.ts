/** A real Prometheus that scrapes an operator, and promtool. Nothing listens but 127.0.0.1. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './control-plane.ts';
import { endWithUs } from './end-with-us.ts';
import { waitFor } from './wait.ts';

const FOLDER = process.env['PROMETHEUS'];

/** Why there is no Prometheus here, or nothing when there is one. */
export function prometheusMissing(): string | undefined {
  if (FOLDER === undefined) return 'PROMETHEUS is not set; export PROMETHEUS="$(test/envtest/get prometheus)"';
  return existsSync(join(FOLDER, 'promtool')) ? undefined : `no promtool in PROMETHEUS (${FOLDER})`;
}

/** Runs promtool in a folder and answers what it says; throws where it finds fault. */
export function promtool(folder: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(join(FOLDER ?? '', 'promtool'), args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`promtool ${args.join(' ')}:\n${stdout}${stderr}`);
  return stdout;
}

/** One value of an answer, with its labels. */
export interface Row {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [time: number, value: string];
}

export class Prometheus {
  readonly #child: ChildProcess;
  readonly #url: string;
  readonly #dir: string;

  private constructor(child: ChildProcess, url: string, dir: string) {
    this.#child = child;
    this.#url = url;
    this.#dir = dir;
    endWithUs(child);
  }

  /** Starts one with this configuration (`prometheus.yml` as an object) and further files beside it. */
  static async start(config: object, files: Readonly<Record<string, object>>): Promise<Prometheus> {
    const dir = mkdtempSync(join(tmpdir(), 'kubeposture-prometheus-'));
    for (const [name, content] of Object.entries({ ...files, 'prometheus.yml': config }))
      writeFileSync(join(dir, name), JSON.stringify(content));
    const [port = 0] = await freePorts(1);
    const args = [
      '--config.file=prometheus.yml',
      `--storage.tsdb.path=${join(dir, 'data')}`,
      `--web.listen-address=127.0.0.1:${String(port)}`,
      '--log.level=error',
    ];
    const child = spawn(join(FOLDER ?? '', 'prometheus'), args, { cwd: dir, stdio: 'ignore' });
    const prometheus = new Prometheus(child, `http://127.0.0.1:${String(port)}`, dir);
    await waitFor('Prometheus', async () => (await fetch(`${prometheus.#url}/-/ready`)).ok, { deadlineMs: 20_000 });
    return prometheus;
  }

  /** What a query answers now. Rejects where Prometheus does not understand it. */
  async query(query: string): Promise<readonly Row[]> {
    const { resultType, result } = (await this.#get('query', { query })) as {
      readonly resultType: string;
      readonly result: unknown;
    };
    if (resultType !== 'vector') throw new Error(`${query}: answers a ${resultType}`);
    return result as readonly Row[];
  }

  /** The values of a label in the series of a metric. */
  async labelValues(label: string, metric: string): Promise<readonly string[]> {
    return (await this.#get(`label/${label}/values`, { 'match[]': metric })) as readonly string[];
  }

  /** The rules that it has loaded, by name, with their health. */
  async rules(): Promise<readonly (readonly [name: string, health: string])[]> {
    const { groups } = (await this.#get('rules', {})) as {
      readonly groups: readonly { readonly rules: readonly { readonly name: string; readonly health: string }[] }[];
    };
    return groups.flatMap(({ rules }) => rules.map(({ name, health }) => [name, health] as const));
  }

  async stop(): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await gone;
    rmSync(this.#dir, { recursive: true, force: true });
  }

  async #get(path: string, query: Readonly<Record<string, string>>): Promise<unknown> {
    const answer = await fetch(`${this.#url}/api/v1/${path}?${new URLSearchParams(query).toString()}`);
    const body = (await answer.json()) as { readonly status: string; readonly error?: string; readonly data: unknown };
    if (body.status !== 'success') throw new Error(`${JSON.stringify(query)}: ${body.error ?? ''}`);
    return body.data;
  }
}
