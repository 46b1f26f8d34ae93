import { chmodSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HubError } from '#kernel';
import { findByPidfile, reap, removePidfile, writePidfile } from '../process/pidfile.js';

/** How a running hub is reached by other programs of the same user. */
export interface HubFile {
  pid: number;
  /** The store, with a login that may do anything: for migrations. */
  adminUrl: string;
  /** The store without a login; every role has its own. */
  databaseUrl: string;
  /** Missing when the queues run on PostgreSQL. */
  redisUrl?: string;
  /** Where the gateway answers. */
  gatewayUrl: string;
  /** ISO 8601. */
  startedAt: string;
}

/** The data folder's `run/`: who owns the folder, what it started, how to reach it. */
export class DataFolder {
  private readonly run: string;

  constructor(readonly path: string) {
    this.run = join(path, 'run');
  }

  /**
   * Makes the folder ours until `release`. Throws HUSHU-SERVICES-09 when another hub runs on it, -17 when it cannot be written.
   * The claim is a link, which is made whole or not at all: of two starts at once one gets it.
   */
  claim(): void {
    const own = `${this.owner}.${process.pid}`;
    try {
      mkdirSync(join(this.path, 'logs'), { recursive: true });
      mkdirSync(this.run, { recursive: true });
      chmodSync(this.run, 0o700);
      writePidfile(own, process.pid);
    } catch (error) {
      throw this.closed(error as NodeJS.ErrnoException);
    }
    try {
      for (let attempt = 0; attempt < 10; attempt++) {
        try {
          linkSync(own, this.owner);
          return;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        }
        const other = findByPidfile(this.owner);
        if (other !== undefined) throw this.taken(other);
        removePidfile(this.owner);
      }
      throw this.taken(0);
    } finally {
      removePidfile(own);
    }
  }

  release(): void {
    rmSync(this.hubFile, { force: true });
    removePidfile(this.owner);
  }

  /** Ends what a killed supervisor left of these processes, the last started first. True when there was something. */
  async reapOrphans(names: string[]): Promise<boolean> {
    let found = false;
    for (const name of [...names].reverse()) found = (await reap(this.pidfileOf(name), 'SIGTERM', 3000)) || found;
    return found;
  }

  pidfileOf(name: string): string {
    return join(this.run, `${name}.pid`);
  }

  writeHubFile(hub: HubFile): void {
    writeFileSync(`${this.hubFile}.new`, JSON.stringify(hub, undefined, 2), { mode: 0o600 });
    renameSync(`${this.hubFile}.new`, this.hubFile);
  }

  /** The hub that runs on this folder now and has said that it is ready. */
  findHub(): HubFile | undefined {
    if (findByPidfile(this.owner) === undefined) return undefined;
    try {
      return JSON.parse(readFileSync(this.hubFile, 'utf8')) as HubFile;
    } catch {
      return undefined;
    }
  }

  /** The process that holds the folder, ready or still starting. */
  findOwner(): number | undefined {
    return findByPidfile(this.owner);
  }

  private get owner(): string {
    return join(this.run, 'supervisor.pid');
  }

  private get hubFile(): string {
    return join(this.run, 'hub.json');
  }

  private closed(cause: NodeJS.ErrnoException): HubError {
    return new HubError({
      code: 'HUSHU-SERVICES-17', cause,
      zh: `数据目录不可写:${this.path}(${cause.code})`, en: `The data folder cannot be written: ${this.path} (${cause.code})`,
      hintZh: '换用目录的所有者来启动,或用 HUSHU_DATA 指向一个可写的目录', hintEn: "Start as the folder's owner, or point HUSHU_DATA at a folder that can be written",
    });
  }

  private taken(pid: number): HubError {
    const where = this.findHub()?.gatewayUrl;
    return new HubError({
      code: 'HUSHU-SERVICES-09',
      zh: `${this.path} 上已有一个户枢在运行(进程 ${pid}${where ? `,${where}` : ''})`,
      en: `A hub already runs on ${this.path} (process ${pid}${where ? `, ${where}` : ''})`,
      hintZh: '使用正在运行的那一个,或先停止它;另一份数据请设 HUSHU_DATA',
      hintEn: 'Use the one that runs, or stop it first; for other data set HUSHU_DATA',
      details: { pid },
    });
  }
}
