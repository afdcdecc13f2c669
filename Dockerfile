ARG BUILD_IMAGE=node:24-bookworm-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian12

FROM ${BUILD_IMAGE} AS build
WORKDIR /app
# setup.mjs runs npm ci; alone in its layer, so that a changed source does not install again.
COPY package.json package-lock.json .npmrc ./
COPY src/setup.mjs src/
RUN node src/setup.mjs
COPY tsconfig.json ./
COPY test/build.ts test/tsconfig.build.json test/
COPY src src
RUN npm run build && npm prune --omit=dev

FROM ${RUNTIME_IMAGE}
WORKDIR /app
ENV NODE_ENV=production PATH=/nodejs/bin:/usr/local/bin:/usr/bin:/bin
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
USER 65532:65532
# A third less memory at the peak of the first lists, and no slower: npm run bench -- watching
ENTRYPOINT ["node", "--max-semi-space-size=4", "dist/main.js", "operator"]
