const byId = (id) => document.getElementById(id);
const number = new Intl.NumberFormat('en');
const when = (text) => (text ? text.slice(0, 16).replace('T', ' ') : '—');
const STATES = {
  accepted: '已接收 accepted', staged: '已暂存 staged', linked: '已关联 linked', published: '已发布 published',
  held: '待放行 held', refused: '已退回 refused', failed: '失败 failed', discarded: '已作废 discarded',
};

function row(cells) {
  const line = document.createElement('tr');
  for (const [text, name] of cells) {
    const cell = document.createElement('td');
    cell.textContent = text;
    if (name) cell.className = name;
    line.append(cell);
  }
  return line;
}

function show(status) {
  byId('registered').textContent = number.format(status.people.registered ?? 0);
  byId('provisional').textContent = number.format(status.people.provisional ?? 0);
  byId('requests').textContent = number.format(status.today.requests);
  byId('persons').textContent = number.format(status.today.persons);
  byId('feeds').replaceChildren(...status.feeds.map((feed) => row([
    [`${feed.title.zh} ${feed.title.en}`], [`${feed.supplier.zh} ${feed.supplier.en}`, 'faint'], [when(feed.at)],
    feed.at === null ? ['未交付 none yet', 'wait'] : feed.overdue ? ['超期 overdue', 'bad'] : ['正常 fresh', 'good'],
  ])));
  byId('runs').replaceChildren(...status.runs.map((run) => row([
    [`#${run.id}`, 'faint'], [run.feed], [STATES[run.state] ?? run.state, run.state === 'published' ? 'good' : run.state === 'failed' || run.state === 'refused' ? 'bad' : 'wait'],
    ...['rowsRead', 'rowsAdded', 'rowsChanged', 'rowsRemoved', 'rowsUnchanged', 'rowsRejected'].map((name) => [run[name] === null ? '' : number.format(run[name]), 'count']),
  ])));
  byId('at').textContent = new Date(status.at).toLocaleTimeString();
}

let tag;
async function refresh() {
  try {
    const reply = await fetch('/v1/status', tag ? { headers: { 'if-none-match': tag } } : {});
    if (reply.ok) {
      tag = reply.headers.get('etag');
      show(await reply.json());
    }
    document.body.classList.toggle('away', !reply.ok && reply.status !== 304);
  } catch {
    document.body.classList.add('away');
  }
  setTimeout(refresh, document.hidden ? 15000 : 3000);
}
refresh();
