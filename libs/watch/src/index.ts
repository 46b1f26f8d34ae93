/*
 * Role: watches how feeds stand, tells who asked to be told when that changes.
 * Hides: what counts as news, digests, channels, retries.
 * Reads: published views of runs and staging, config/settings/alerts.yaml.
 * Writes: schema watch; webhooks and e-mail to the channels of the district.
 * Never: speaks of a person, or changes what it watches.
 */
export { FeedWatch } from './state/feed-watch.js';
export { readAlertSettings } from './alert/settings.js';
export { Watch } from './watch.js';
export { Notices } from './alert/notices.js';
