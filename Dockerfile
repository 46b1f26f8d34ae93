# One image for the gateway, the worker and the command line; docker-compose.yml says which one a container is.
FROM node:20-bookworm-slim AS build
WORKDIR /hushu
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN node scripts/build.mjs && npm prune --omit=dev --no-audit --no-fund

FROM node:20-bookworm-slim
WORKDIR /hushu
ENV NODE_ENV=production HUSHU_DATA=/data HUSHU_CONFIG=/hushu/config HUSHU_HOST=0.0.0.0
COPY --from=build /hushu/package.json /hushu/architecture.cjs /hushu/LICENSE ./
COPY --from=build /hushu/node_modules ./node_modules
COPY --from=build /hushu/bin ./bin
COPY --from=build /hushu/config ./config
COPY --from=build /hushu/dist ./dist
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8080
CMD ["node", "dist/programs/gateway.js"]
