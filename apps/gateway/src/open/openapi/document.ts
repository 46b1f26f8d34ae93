import type { FieldSpec } from '#sharing';
import { PROBLEMS } from '../../http/problem-types.js';
import { paths } from './paths.js';
import { recordSchema } from './record.js';
import { schemas } from './schemas.js';

/** The interface as OpenAPI 3.1. The record's schema is made of the district's own fields. */
export function openApiDocument(base: string, fields: readonly FieldSpec[]): object {
  return {
    openapi: '3.1.0',
    info: {
      title: '户枢 Hushu', version: '1.0.0', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description: '区级人口基础库共享服务。一切答复以授权为限，并先写审计。\n\nSharing service of a district\'s population base library. Every answer is within a grant, and in the audit before it leaves.',
    },
    servers: [{ url: base }],
    tags: [
      { name: 'sharing', description: '部门共享 · for departments' },
      { name: 'operations', description: '数据运行 · for data officers' },
      { name: 'exchange', description: '枢纽之间 · for neighbour hubs' },
      { name: 'open', description: '公开 · for anybody' },
    ],
    paths: paths(),
    components: {
      securitySchemes: {
        oauth: {
          type: 'oauth2', description: 'OAuth 2.0 client credentials: client_secret_basic or private_key_jwt; RFC 9068 access tokens',
          flows: { clientCredentials: { tokenUrl: `${base}/oauth/token`, scopes: { persons: '查询人员记录 records of people', operations: '数据源、批次与拒收 feeds, runs and rejects', exchange: '与相邻枢纽交换 deliveries, receipts and returns between hubs' } } },
        },
      },
      schemas: { ...schemas(problemCodes()), Record: recordSchema(fields) },
    },
  };
}

function problemCodes(): { codes: string[]; names: string[] } {
  return { codes: Object.keys(PROBLEMS), names: [...new Set(Object.values(PROBLEMS).map((type) => type.name))] };
}
