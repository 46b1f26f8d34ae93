/** What checks settings, loaded when there are any to check: it takes longer to load than most commands take to run. */
export { plainToInstance } from 'class-transformer';
export { validateSync } from 'class-validator';
