import { checkPostgres, DataFolder, readSettings, startPostgres } from '#services';
import type { Work } from '../frame/command.js';
import { prepareStore } from './prepare.js';

/** On the store of DATABASE_URL, of the running hub, or of the data folder, whose PostgreSQL runs just for this. */
export const run: Work = async ({ output }) => {
  const settings = await readSettings();
  const folder = new DataFolder(settings.HUSHU_DATA);
  const running = settings.DATABASE_URL ?? folder.findHub()?.adminUrl;
  if (running) await checkPostgres(running);
  else folder.claim();
  const own = running ? undefined : await startPostgres({ dataFolder: settings.HUSHU_DATA });
  try {
    const report = await prepareStore(settings, running ?? own!.url);
    output.data(report, report.applied.join('\n'));
    output.say({
      zh: `执行 ${report.applied.length} 个迁移,已有 ${report.standing} 个`,
      en: `${report.applied.length} migrations applied, ${report.standing} stood already`,
    });
  } finally {
    await own?.stop();
    if (!running) folder.release();
  }
};
