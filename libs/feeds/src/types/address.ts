import { text } from './text.js';
import type { ValueType } from './value-type.js';

/** A written address, kept as delivered; its normalised key is made where a role and a supplied facet need it. */
export const address: ValueType = {
  column: 'text',
  compile: (field, context) => text.compile({ ...field, max: field.max ?? 200 }, context),
};
