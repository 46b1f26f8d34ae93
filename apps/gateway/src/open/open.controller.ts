import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GrantDirectory } from '#sharing';
import { sendJson, sendText } from '../http/json.js';
import { languageOf } from '../http/language.js';
import { Policy } from '../http/policy.decorator.js';
import { plain } from '../http/problem.js';
import { PROBLEMS } from '../http/problem-types.js';
import { HubStatus } from '../operations/hub-status.js';
import { openApiDocument } from './openapi/document.js';
import { docsPage, frontPage, PAGE_POLICY, problemPage } from './pages.js';

const SWAGGER = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8', 'swagger-ui-bundle.js': 'text/javascript; charset=utf-8', 'docs.js': 'text/javascript; charset=utf-8',
};
const HTML = 'text/html; charset=utf-8';

/** The base address outsiders know the gateway by. */
export const PUBLIC_URL = Symbol('PUBLIC_URL');
/** Finds a number that the call shown on the front page may ask for. */
export const EXAMPLE_NUMBER = Symbol('EXAMPLE_NUMBER');

/** What anybody may read: the front page, the status behind it, and how to call the hub. */
@Controller()
export class OpenController {
  private readonly assets = new Map<string, Buffer>();

  constructor(
    @Inject(HubStatus) private readonly status: HubStatus, @Inject(GrantDirectory) private readonly directory: GrantDirectory,
    @Inject(PUBLIC_URL) private readonly base: string, @Inject(EXAMPLE_NUMBER) private readonly exampleNumber: () => Promise<string | undefined>,
  ) {}

  @Get()
  @Policy('open')
  async front(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    void reply.header('content-security-policy', PAGE_POLICY);
    sendText(request, reply, frontPage(languageOf(request.headers['accept-language']), this.base, await this.exampleNumber()), HTML, 'no-cache');
  }

  @Get('v1/status')
  @Policy('open')
  async showStatus(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    sendText(request, reply, await this.status.text(), 'application/json; charset=utf-8', 'public, max-age=2');
  }

  @Get('openapi.json')
  @Policy('open')
  describe(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    sendJson(request, reply, openApiDocument(this.base, this.directory.catalogue.fields));
  }

  @Get('docs')
  @Policy('open')
  docs(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    void reply.header('content-security-policy', PAGE_POLICY);
    sendText(request, reply, docsPage(), HTML, 'no-cache');
  }

  @Get('docs/:asset')
  @Policy('open')
  docsAsset(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const { asset } = request.params as { asset: string };
    const type = Object.hasOwn(ASSETS, asset) ? ASSETS[asset] : undefined;
    if (type === undefined) throw plain('HUSHU-GATEWAY-20');
    let bytes = this.assets.get(asset);
    if (!bytes) {
      bytes = readFileSync(asset === 'docs.js' ? join(import.meta.dirname, 'docs.js') : join(SWAGGER, asset));
      this.assets.set(asset, bytes);
    }
    sendText(request, reply, bytes, type, 'public, max-age=3600');
  }

  @Get('problems/:name')
  @Policy('open')
  problem(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const { name } = request.params as { name: string };
    const type = Object.values(PROBLEMS).find((one) => one.name === name);
    if (!type) throw plain('HUSHU-GATEWAY-20');
    void reply.header('content-security-policy', PAGE_POLICY);
    sendText(request, reply, problemPage(type, languageOf(request.headers['accept-language'])), HTML, 'public, max-age=3600');
  }
}
