/*
 * Role: watches how feeds stand, tells who asked to be told when that changes.
 * Hides: what counts as news, digests, channels, retries.
 * Reads: published views of runs and staging, config/settings/alerts.yaml.
 * Writes: schema watch; webhooks and e-mail to the channels of the district.
 * Never: speaks of a person, or changes what it watches.
 */
export { FeedWatch, type FeedChange } from './state/feed-watch.js';
export { readAlertSettings, type AlertSettings, type Channel } from './alert/settings.js';
export { Notices } from './alert/notices.js';
export { sendThrough, type Message } from './alert/channel.js';
