import { userInfo } from 'node:os';
import { AuditWriter } from '#access';
import { FeedCatalogue } from '#feeds';
import { HubError, systemClock } from '#kernel';
import { documentToken, openDocument, openPhone, personIdOf, type Keys } from '#keys';
import { personDossier, type Dossier, type DossierFacet } from '#registry';
import type { Work } from '../frame/command.js';
import { EXIT } from '../frame/exit-code.js';
import { withStore } from '../frame/store.js';

interface Options { idNumber: string; kind: string; asOf?: string; knownAt?: string; provenance?: boolean; reason: string }

/** Everybody a document number leads to, as an officer sees them. The look is in the audit before it is shown. */
export const get: Work<Options> = ({ output, options }) => withStore(async (store) => {
  const number = options.idNumber === '-' ? await standardInput() : options.idNumber;
  const document = documentToken(store.keys, options.kind, number);
  if (document === null) throw notANumber();
  const moment = { validAt: dayOf(options.asOf), knownAt: timeOf(options.knownAt) };
  const { contracts } = await FeedCatalogue.load(store.settings.HUSHU_CONFIG);
  const dossiers = await store.database.transaction('operations', (client) => personDossier(client, contracts, document, moment));
  const audit = new AuditWriter(store.database, store.keys, systemClock);
  try {
    await audit.append({
      kind: 'officer-look', operator: { login: userInfo().username }, purpose: { reason: options.reason },
      persons: dossiers.map((dossier) => dossier.person), missed: dossiers.length === 0 ? [document] : [],
      fields: [...new Set(dossiers.flatMap((dossier) => Object.keys(dossier.facets)))],
      ...(options.asOf ? { validAt: options.asOf } : {}), ...(options.knownAt ? { knownAt: options.knownAt } : {}),
    });
  } finally {
    await audit.end();
  }
  const shown = dossiers.map((dossier) => show(dossier, store.keys, options.provenance === true));
  output.data(shown, () => JSON.stringify(shown, undefined, 2));
  if (shown.length > 0) return EXIT.ok;
  output.say({ zh: '没有此人', en: 'Nobody has this number' });
  return EXIT.failed;
});

function show(dossier: Dossier, keys: Keys, provenance: boolean): object {
  return {
    personId: personIdOf(keys, dossier.person), kind: dossier.kind, status: dossier.status, division: dossier.division,
    documents: dossier.documents.map((token) => openDocument(keys, token)),
    record: Object.fromEntries(Object.entries(dossier.facets).map(([name, facet]) => [name, valuesOf(facet, keys)])),
    ...(provenance ? {
      provenance: Object.fromEntries(Object.entries(dossier.facets).map(([name, { validFrom, validTo, knownFrom, source, sources }]) =>
        [name, { validFrom, validTo, knownFrom, source, ...(Object.keys(sources).length > 0 ? { sources } : {}) }])),
    } : {}),
  };
}

/** Values as people read them: numbers opened, kin by the id consumers know. */
function valuesOf(facet: DossierFacet, keys: Keys): Record<string, unknown> {
  return Object.fromEntries(Object.entries(facet.values).map(([attribute, value]) => {
    if (value === null || typeof value !== 'string') return [attribute, value];
    switch (facet.types[attribute]) {
      case 'document': return [attribute, openDocument(keys, value).number];
      case 'phone': return [attribute, openPhone(keys, value)];
      case 'person': return [attribute, personIdOf(keys, value)];
      case 'month': return [attribute, value.slice(0, 7)];
      default: return [attribute, value];
    }
  }));
}

function dayOf(text: string | undefined): string | undefined {
  if (text !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(text)) throw notADay('--as-of');
  return text;
}

function timeOf(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw notADay('--known-at');
  return time;
}

async function standardInput(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin) text += chunk;
  return text.trim();
}

function notANumber(): HubError {
  return new HubError({
    code: 'HUSHU-CLI-08', zh: '证件号码不成立:字符数、日期或校验码不对', en: 'That is not a document number: length, date or check character is wrong',
    hintZh: '核对号码;其他证件用 --kind 指明类型', hintEn: 'Check the number; say the kind of another document with --kind',
  });
}

function notADay(option: string): HubError {
  return new HubError({ code: 'HUSHU-CLI-09', zh: `${option} 不是日期或时间`, en: `${option} is not a date or a time` });
}
