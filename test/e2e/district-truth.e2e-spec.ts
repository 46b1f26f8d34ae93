import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { feedRelation, readContracts, type RoleContract } from '#feeds';
import { foldName } from '#kernel';
import { documentToken, personIdOf } from '#keys';
import { simulate } from '#population';
import type { Run } from '#runs';
import { TestHub } from '../support/hub.js';
import { readDistrict, readTruth, throwsOut, type PlantedError, type ReadDistrict, type StandingRow, type TrueLink, type TruePerson, type Truth } from '../support/truth.js';

const SPINE = 'household-registration';

/** A staged row of the hub, by the link of the truth it belongs to: whom the hub says it speaks of. */
interface Linked { subject: string; source: string; document_kind: string | null; person: string | null }

/** A link of the truth whose row stands. */
interface StandingLink extends TrueLink { standing: StandingRow; role_no: number; contract: RoleContract; errors: PlantedError[]; hub: Linked | undefined }

/** Every error planted in a district, counted against what the hub did with every delivery of it. */
describe('a dirty district, hand-in to record', () => {
  let folder: string, hub: TestHub, truth: Truth, district: ReadDistrict;
  const runs = new Map<string, Run>();
  let links: StandingLink[];
  /** The hub's person of everybody whose row of the register was taken. */
  let registered: Map<string, string>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hushu-truth-'));
    hub = await TestHub.start();
    await simulate({ people: 2600, seed: 'truth-8', out: folder, config: hub.config, days: 4, dirt: 'heavy' });
    truth = readTruth(folder);
    district = await readDistrict(hub.catalogue, folder, truth);
    for (const { feed, file, mode, asOf } of truth.deliveries) runs.set(file, await hub.deliver(feed, join(folder, file), { mode, asOf: new Date(asOf) }));
    links = await readLinks();
    registered = new Map(links.filter(({ feed, hub: row }) => feed === SPINE && row).map(({ person, hub: row }) => [person, row!.person!]));
  });
  afterAll(async () => {
    await hub?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Staged rows are found by the run and row they came from: nothing of the hub's own keys is needed to tell whose they are. */
  async function readLinks(): Promise<StandingLink[]> {
    const fileOf = new Map([...runs].map(([file, { id }]) => [String(id), file]));
    const rows = new Map<string, Linked>();
    for (const { feed, roles } of hub.catalogue.contracts) {
      if (roles.length === 0) continue;
      const staged = await hub.rows<Record<keyof Linked | 'run' | 'row_no' | 'role', string>>(`
        select s.subject_key as subject, s.source_key as source, s.document_kind, s.run, s.row_no, s.role, case when x.subject_key is null then s.subject_key else x.person end as person
        from staging.${feedRelation(feed)} s
        left join reconcile.crosswalk_exception x on x.subject_key = s.subject_key and x.feed = $1 and x.source_key = s.source_key and x.role = s.role`, [feed]);
      for (const row of staged) rows.set(`${feed} ${district.keys.get(`${fileOf.get(row.run)}:${row.row_no}`)} ${row.role}`, row);
    }
    const found = truth.links.flatMap((link): StandingLink[] => {
      const { roles } = hub.catalogue.get(link.feed);
      const roleNo = roles.findIndex(({ role }) => role === link.role);
      const contract = roles[roleNo]!;
      const standing = district.standing.get(`${link.feed} ${link.source_key}`);
      const at = `${link.feed} ${link.source_key} ${roleNo}`;
      const row = rows.get(at);
      rows.delete(at);
      const mine = [contract.document, contract.name, contract.sex, contract.birthDate];
      return standing === undefined && row === undefined ? []
        : [{ ...link, standing: standing!, role_no: roleNo, contract, errors: (standing?.errors ?? []).filter(({ field }) => mine.includes(field)), hub: row }];
    });
    expect([...rows.keys()]).toEqual([]);
    return found;
  }

  const has = (link: StandingLink, rule: string): boolean => link.errors.some((error) => error.rule === rule);
  const planted = (rule: string): StandingLink[] => links.filter((link) => has(link, rule));
  const person = (key: string): TruePerson => truth.people.get(key)!;
  const named = ({ feed, source_key, role }: TrueLink): string => `${feed} ${source_key} ${role}`;
  const findings = (rule: string): string[] => truth.findings.filter((finding) => finding.rule === rule).map(({ person: who }) => who);
  const number = ({ id_number }: TruePerson, kind = '111'): string | null => (id_number === '' ? null : documentToken(hub.keys, kind, id_number));

  /**
   * Whom a row must be of. Of somebody whose row of the register was thrown out the register knows nothing, so
   * everybody else's rows about them make a provisional person: keyed by their number, or by the row where it shows none.
   */
  function expected(link: StandingLink): string | null {
    const { subject, document_kind: kind } = link.hub!;
    if (has(link, 'name-disagrees')) return null;
    if (kind === null) return subject;
    if (has(link, 'unregistered')) return documentToken(hub.keys, kind, link.standing.cells[link.contract.document!]!);
    const known = registered.get(link.person);
    if (known !== undefined) return known;
    const own = number(person(link.person), kind);
    // Two hold the number, and the register took the row of the other alone.
    return findings('number-shared').includes(link.person) && [...registered.values()].includes(own!) ? null : own;
  }

  it('publishes every delivery, and every count adds up', () => {
    for (const [file, { state, reason, counts: { read, duplicate, rejected, unchanged, added, changed, held } }] of runs) {
      expect({ file, state, reason, read, sum: duplicate + rejected + unchanged + added + changed + held }).toEqual({ file, state: 'published', reason: null, read: district.rows.get(file), sum: read });
    }
  });

  it('rejects what was planted to be rejected, by row, column and rule, and nothing clean', async () => {
    const found: string[] = [];
    for (const [file, run] of runs) {
      for (const { rowNo, field, rule } of await hub.rejects(run.id)) found.push(`${file} ${rowNo} ${field ?? ''} ${rule}`);
    }
    const thrown = truth.errors.filter(throwsOut);
    expect(thrown.length).toBeGreaterThan(200);
    expect(found.sort()).toEqual(thrown.map(({ file, row, field, rule }) => `${file} ${row} ${field} ${rule}`).sort());
    for (const [file, { counts }] of runs) {
      const rows = new Set(thrown.filter((error) => error.file === file).map(({ row }) => row));
      const twice = truth.errors.filter((error) => error.file === file && error.rule === 'duplicate').length;
      expect({ file, rejected: counts.rejected, duplicate: counts.duplicate }).toEqual({ file, rejected: rows.size, duplicate: twice });
    }
  });

  it('keeps the last good row of every record, and nothing of a record that never had one', () => {
    const wrong = links.filter(({ standing, hub: row }) => standing === undefined || row === undefined);
    expect(wrong.map(named)).toEqual([]);
  });

  it('registers exactly the persons of the register, as they are', async () => {
    const identities = new Map((await hub.rows(`
      select i.person, i.document, i.name, i.sex, i.birth_date, p.status, r.household_no, r.division
      from registry.registered_identity i join registry.person p using (person) join registry.registration_row r using (person)`)).map((row) => [row.person!, row]));
    expect([...identities.keys()].sort()).toEqual([...registered.values()].sort());
    expect(new Set(registered.values()).size).toBe(registered.size);
    for (const [key, who] of registered) {
      const { name, sex, birth_date, registered: here, household_no } = person(key);
      const found = identities.get(who)!;
      expect({ key, ...found, name: foldName(found.name!) }).toEqual({
        key, person: who, document: number(person(key)), name: foldName(name), sex, birth_date,
        status: here === '1' ? '1' : expect.stringMatching(/^[^1]$/), household_no: here === '1' ? household_no : expect.anything(), division: expect.anything(),
      });
    }
    const thrown = new Set(truth.errors.filter((error) => error.feed === SPINE && throwsOut(error)).map(({ file, row }) => district.keys.get(`${file}:${row}`)));
    const missing = [...truth.people.values()].filter(({ person: key, registered: here }) => here === '1' && !registered.has(key)).map(({ person: key }) => key);
    const keyOf = new Map(truth.links.filter(({ feed }) => feed === SPINE).map((link) => [link.person, link.source_key]));
    expect(missing.length).toBeGreaterThan(10);
    // A line that is broken shows no key.
    for (const key of missing) expect([key, district.standing.has(`${SPINE} ${keyOf.get(key)}`)]).toEqual([key, false]);
    expect(missing.length).toBeLessThanOrEqual(thrown.size + truth.errors.filter(({ feed, kind }) => feed === SPINE && kind === 'line-broken').length);
  });

  it('links every row to the person it speaks of', () => {
    const wrong = links.filter((link) => link.hub!.person !== expected(link));
    expect(wrong.map((link) => [named(link), link.person, link.hub, expected(link), link.standing.errors])).toEqual([]);
    expect(links.length).toBeGreaterThan(8000);
  });

  it('sends to review exactly the rows whose name is another’s', async () => {
    const open = await hub.rows(`select feed, source_key, role, reason from reconcile.review_task where state = 'open'`);
    const other = links.filter((link) => expected(link) === null);
    expect(open.map(({ feed, source_key, role, reason }) => `${feed} ${source_key} ${role} ${reason}`).sort())
      .toEqual(other.map(({ feed, hub: row, role_no }) => `${feed} ${row!.source} ${role_no} name-disagrees`).sort());
    expect(planted('name-disagrees').length).toBeGreaterThan(10);
  });

  it('notes exactly the rows that say otherwise than the register', async () => {
    const wrong = planted('identity-conflict').flatMap((link) => [['name', link.contract.name], ['sex', link.contract.sex], ['birthDate', link.contract.birthDate]]
      .filter(([, column]) => link.errors.some(({ field }) => field === column)).map(([attribute]) => ({ link, attribute })));
    // Life adds its own: somebody has died, and the register does not know yet.
    const dead = links.filter(({ feed, person: key }) => feed === 'death-certificate' && registered.has(key) && findings('death-not-cancelled').includes(key)).map((link) => ({ link, attribute: 'deathDate' }));
    const found = await hub.rows(`select other_feed, other_source_key, other_role, attribute from reconcile.conflict where facet = 'identity' and winner_feed = $1`, [SPINE]);
    expect(wrong.length).toBeGreaterThan(80);
    expect(dead.length).toBeGreaterThan(0);
    expect(found.map((c) => `${c.other_feed} ${c.other_source_key} ${c.other_role} ${c.attribute}`).sort())
      .toEqual([...wrong, ...dead].map(({ link, attribute }) => `${link.feed} ${link.hub!.source} ${link.role_no} ${attribute}`).sort());
  });

  it('knows of others who they say they are, provisionally, and of nobody else', async () => {
    const taken = new Set(registered.values());
    const { codes } = await readContracts(hub.config);
    const code = (feed: string, column: string, word: string): string => codes.get(feed)!.get(hub.catalogue.get(feed).fields.find((field) => field.column === column)!.codes!)!.entries.get(word)!;
    const speaks = ({ feed, role, standing }: StandingLink): boolean => hub.catalogue.get(feed).supplies.some((supply) => supply.role === role
      && (supply.when === undefined || supply.when.in.includes(code(feed, supply.when.column, standing.cells[supply.when.column]!))));
    const provisional = new Set(links.filter(speaks).map(expected).filter((who) => who !== null && !taken.has(who)));
    const found = await hub.rows(`select person from registry.person where kind = 'provisional'`);
    expect(found.map(({ person: who }) => who).sort()).toEqual([...provisional].sort());
    expect(planted('unregistered').every((link) => provisional.has(link.hub!.person))).toBe(true);
    expect(planted('unregistered').length).toBeGreaterThan(10);
  });

  it('finds every number that two people hold, and tells the two apart', async () => {
    const holders = findings('number-shared').filter((key) => registered.has(key));
    const pairs = holders.filter((key) => holders.some((other) => other !== key && person(other).id_number === person(key).id_number));
    expect(pairs.length).toBeGreaterThan(2);
    const found = await hub.rows('select document, person from reconcile.subject where shared');
    expect(found.map(({ document, person: who }) => `${document} ${who}`).sort()).toEqual(pairs.map((key) => `${number(person(key))} ${registered.get(key)}`).sort());
  });

  it('ends the residence of whoever left, and houses nobody elsewhere than they live', async () => {
    const homes = new Map((await hub.rows(`select r.person, r.division, a.feed from registry.residence_row r join registry.applied a on a.run = r.source_run`)).map((home) => [home.person!, home]));
    const wrong: unknown[] = [];
    for (const [key, one] of truth.people) {
      const home = homes.get(registered.get(key) ?? number(one) ?? '');
      if (home && home.feed !== SPINE && !(one.division !== '' && one.division.startsWith(home.division!))) wrong.push([one, home]);
    }
    expect(wrong).toEqual([]);
    expect([...homes.values()].filter(({ feed }) => feed !== SPINE).length).toBeGreaterThan(100);
  });

  it('serves over the API what the truth says of them', async () => {
    const all = [...truth.people.values()].filter(({ id_number: id, person: key }) => id !== '' && !findings('number-shared').includes(key));
    const here = all.filter(({ person: key, registered: here }) => here === '1' && registered.has(key)).slice(0, 300);
    const lost = all.filter(({ person: key, registered: here }) => here === '1' && !registered.has(key));
    // Whoever wrote of the lost may have misspelled them; those of whom nobody wrote nothing known of are nobody.
    const known = new Set(links.filter(({ feed }) => feed !== SPINE).map(({ hub: row }) => row!.person));
    const nobody = '370399196001010012';
    const asked = [...here, ...lost];
    const { status, body } = await hub.api<{ items: Item[] }>('/v1/persons/query', {
      token: await hub.token(),
      json: {
        grant: 'demo-civil-affairs', purpose: { code: 'elderly-care', caseNo: 'T-1' }, operator: { id: '1', name: '甲', unit: '民政局' },
        by: { idNumbers: [...asked.map(({ id_number: id }) => id), nobody] }, fields: ['identity.idNumber', 'identity.name', 'identity.sex', 'identity.birthDate', 'registration.status', 'registration.householdNo'],
      },
    });
    expect(status).toBe(200);
    const said = body.items.map(({ record, ...item }) => ({ ...item, record: record && { ...record, identity: { ...record.identity, name: foldName(record.identity.name!) } } }));
    expect(said.slice(0, here.length)).toEqual(here.map((one, index) => ({
      index, status: 'found', personId: personIdOf(hub.keys, registered.get(one.person)!),
      record: { identity: { idNumber: one.id_number, name: foldName(one.name), sex: one.sex, birthDate: one.birth_date }, registration: { status: '1', householdNo: one.household_no } },
    })));
    lost.forEach((one, at) => {
      const key = number(one)!;
      expect(said[here.length + at]).toMatchObject(known.has(key) ? { status: 'found', personId: personIdOf(hub.keys, key) } : { status: 'not_found' });
      expect(said[here.length + at]!.record).not.toHaveProperty('registration');
    });
    expect(lost.filter((one) => known.has(number(one))).length).toBeGreaterThan(10);
    expect(said.at(-1)).toEqual({ index: asked.length, status: 'not_found', record: undefined });
  });

  it('keeps every invariant', async () => {
    const { code, out } = await hub.cli('verify', '--json');
    const { invariants } = JSON.parse(out) as { invariants: { holds: boolean }[] };
    expect({ code, broken: invariants.filter(({ holds }) => !holds) }).toEqual({ code: 0, broken: [] });
    expect(invariants.length).toBeGreaterThan(50);
  });
});

interface Item { index: number; status: string; personId?: string; record?: { identity: { name?: string }; registration?: object } }
