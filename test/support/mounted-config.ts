import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A configuration file as the kubelet mounts one from a ConfigMap: links that are swapped, never a file that is written. */
export class MountedConfig {
  readonly #folder = mkdtempSync(join(tmpdir(), 'kubeposture-config-'));
  #version = 0;

  /** What `--config` names. */
  readonly file = join(this.#folder, 'config.yaml');

  constructor(text: string) {
    this.write(text);
    symlinkSync(join('..data', 'config.yaml'), this.file);
  }

  write(text: string): void {
    this.#version += 1;
    const name = `..version-${String(this.#version)}`;
    mkdirSync(join(this.#folder, name));
    writeFileSync(join(this.#folder, name, 'config.yaml'), text);
    symlinkSync(name, join(this.#folder, '..data_tmp'));
    renameSync(join(this.#folder, '..data_tmp'), join(this.#folder, '..data'));
    if (this.#version > 1) rmSync(join(this.#folder, `..version-${String(this.#version - 1)}`), { recursive: true });
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
