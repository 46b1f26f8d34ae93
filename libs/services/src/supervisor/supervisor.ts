import { join } from 'node:path';
import { HubError, type Text } from '#kernel';
import { type PostgresServer, startPostgres } from '../postgres/postgres.js';
import { checkPostgres } from '../postgres/check.js';
import { isFree } from '../process/port.js';
import { checkRedis } from '../redis/check.js';
import { type RedisServer, startRedis } from '../redis/redis.js';
import { DataFolder, type HubFile } from './data-folder.js';
import { KeptProcess, type ProcessSpec } from './kept-process.js';
import { KeptService, type ServiceEvents } from './kept-service.js';

export interface SupervisorOptions {
  dataFolder: string;
  cacheFolder: string;
  /** External services, with a login that may make roles; none is started then. */
  databaseUrl?: string;
  redisUrl?: string;
  /** In the order they start, which is the reverse of the order they stop. */
  processes: ProcessSpec[];
  /** What every process is born with. */
  environment: NodeJS.ProcessEnv;
  /** Settings of every process besides DATABASE_URL and REDIS_URL. */
  settings: Record<string, string>;
  /** The gateway's port, which must be free: it is the one port that outsiders know, so it does not move on. */
  gatewayPort: number;
  /** Brings the store up to date, before any process begins. */
  prepare: (store: { adminUrl: string; redisUrl?: string }) => Promise<void>;
  say: (line: Text) => void;
}

/** Starts and stops the whole hub: services side by side, then worker and gateway; and the other way round. */
export class Supervisor {
  private readonly folder: DataFolder;
  private processes: KeptProcess[] = [];
  private postgres: KeptService<PostgresServer> | undefined;
  private redis: KeptService<RedisServer> | undefined;
  private running: Promise<HubFile> | undefined;
  private stopped: Promise<void> | undefined;
  private claimed = false;

  constructor(private readonly options: SupervisorOptions) {
    this.folder = new DataFolder(options.dataFolder);
  }

  /** Returns when everything is ready. What was started is stopped again when something does not start. */
  async start(): Promise<HubFile> {
    this.running = this.run();
    try {
      return await this.running;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Stops HTTP, workers, Redis, PostgreSQL, in that order; also in the middle of a start. */
  stop(): Promise<void> {
    this.stopped ??= this.halt();
    return this.stopped;
  }

  /** Pids by name, of what runs now. */
  pids(): Record<string, number | undefined> {
    const processes = this.options.processes.map(({ name }, at) => [name, this.processes[at]?.pid] as const);
    return { ...Object.fromEntries(processes), redis: this.redis?.pid, postgres: this.postgres?.pid };
  }

  private async run(): Promise<HubFile> {
    const { options } = this;
    this.folder.claim();
    this.claimed = true;
    if (await this.folder.reapOrphans(options.processes.map(({ name }) => name))) {
      options.say({ zh: '已清理上次异常退出留下的进程', en: 'Ended what a killed start had left running' });
    }
    if (!(await isFree(options.gatewayPort))) throw portTaken(options.gatewayPort);
    const services = this.startServices();
    await Promise.all([services, this.warmUp()]);
    this.goOn();

    const { adminUrl, redisUrl } = this.addresses();
    await options.prepare({ adminUrl, ...(redisUrl ? { redisUrl } : {}) });
    this.goOn();
    await Promise.all(this.processes.map((one) => one.begin(this.settings())));
    this.goOn();
    return this.publish(new Date());
  }

  /** Tells other programs of this user how the hub is reached. */
  private publish(startedAt: Date): HubFile {
    const { adminUrl, redisUrl } = this.addresses();
    const hub: HubFile = {
      pid: process.pid, adminUrl, databaseUrl: withoutLogin(adminUrl), ...(redisUrl ? { redisUrl } : {}),
      gatewayUrl: `http://localhost:${this.options.gatewayPort}`, startedAt: startedAt.toISOString(),
    };
    this.folder.writeHubFile(hub);
    return hub;
  }

  private addresses(): { adminUrl: string; redisUrl: string | undefined } {
    return { adminUrl: this.options.databaseUrl ?? this.postgres!.url, redisUrl: this.options.redisUrl ?? this.redis?.url };
  }

  /** Both services, side by side; what one of them started is known even when the other fails. */
  private async startServices(): Promise<void> {
    const { dataFolder, cacheFolder, databaseUrl, redisUrl, say } = this.options;
    const outcomes = await Promise.allSettled([
      databaseUrl ? checkPostgres(databaseUrl)
        : KeptService.start(() => startPostgres({ dataFolder }), this.events('PostgreSQL')).then((service) => { this.postgres = service; }),
      redisUrl ? checkRedis(redisUrl)
        : KeptService.start(() => startRedis({ dataFolder, cacheFolder }), this.events('Redis')).then((service) => { this.redis = service; }),
    ]);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    if (!redisUrl && !this.redis) {
      say({
        zh: '本机没有 Redis,也取不到:任务队列改由 PostgreSQL 承担(较慢,不影响正确)',
        en: 'This machine has no Redis and none could be fetched: the queues run on PostgreSQL (slower, just as correct)',
      });
    }
  }

  private async warmUp(): Promise<void> {
    const { dataFolder, processes, environment } = this.options;
    this.processes = processes.map((spec) => new KeptProcess(spec, {
      logFile: join(dataFolder, 'logs', `${spec.name}.log`), pidfile: this.folder.pidfileOf(spec.name), environment,
      onRestart: (name, reason) => this.restarting(name, reason),
    }));
    await Promise.all(this.processes.map((one) => one.warmUp()));
  }

  private settings(): Record<string, string> {
    const { adminUrl, redisUrl } = this.addresses();
    return { ...this.options.settings, DATABASE_URL: withoutLogin(adminUrl), REDIS_URL: redisUrl ?? '' };
  }

  private events(name: string): ServiceEvents {
    return {
      onRestart: (reason) => this.restarting(name, reason),
      onMoved: () => {
        this.publish(new Date());
        for (const one of this.processes) one.resettle(this.settings());
      },
    };
  }

  private restarting(name: string, reason: string): void {
    this.options.say({ zh: `${name} 意外退出(${reason}),正在重新启动`, en: `${name} ended unexpectedly (${reason}); starting it again` });
  }

  private async halt(): Promise<void> {
    // What waits to become ready gives up at once; what was still being started is met the second time.
    await this.stopProcesses();
    await this.running?.catch(() => undefined);
    await this.stopProcesses();
    await this.redis?.stop();
    await this.postgres?.stop();
    if (this.claimed) this.folder.release();
  }

  private async stopProcesses(): Promise<void> {
    for (const one of [...this.processes].reverse()) await one.stop();
  }

  /** A stop that came while starting is heeded between two steps. */
  private goOn(): void {
    if (this.stopped) throw new HubError({ code: 'HUSHU-SERVICES-12', zh: '启动被中止', en: 'The start was interrupted' });
  }
}

function portTaken(port: number): HubError {
  return new HubError({
    code: 'HUSHU-SERVICES-16',
    zh: `端口 ${port} 已被占用`,
    en: `Port ${port} is taken`,
    hintZh: '用 --port 或 HUSHU_PORT 指定另一个端口,或停止占用它的程序',
    hintEn: 'Choose another with --port or HUSHU_PORT, or stop what holds it',
    details: { port },
  });
}

/** The same store without user and password. */
function withoutLogin(url: string): string {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return bare.href;
}
