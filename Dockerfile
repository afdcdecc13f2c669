# BASE stands for both images where one serves as both.
ARG BASE
ARG BUILD_IMAGE=${BASE:-node:24-bookworm-slim}
ARG RUNTIME_IMAGE=${BASE:-gcr.io/distroless/nodejs24-debian12}

FROM ${BUILD_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No scripts: they would fetch a Node, which this image has, and check what npm has checked.
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY test/build.ts test/bundle.ts test/tsconfig.build.json test/
COPY src src
# What only development needs goes: its packages, and types, sources, maps, tests and texts in those that stay. Licences stay.
RUN node test/build.ts \
 && npm prune --omit=dev --ignore-scripts \
 && rm -rf node_modules/.bin node_modules/.package-lock.json \
 && find node_modules dist -type f ! -iname 'licen[cs]e*' \
      \( -name '*.ts' -o -name '*.[cm]ts' -o -name '*.map' -o -name '*.tsbuildinfo' -o -iname '*.md' -o -name '.*' -o -name '*.yml' \) -delete \
 && find node_modules -type d \( -name test -o -name tests -o -name __tests__ -o -name '.?*' \) -prune -exec rm -rf {} + \
 && find node_modules dist -type d -empty -delete

FROM ${RUNTIME_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="kubeposture" \
      org.opencontainers.image.description="Kubernetes posture operator" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
WORKDIR /app
ENV NODE_ENV=production PATH=/nodejs/bin:/usr/local/bin:/usr/bin:/bin
COPY LICENSE ./
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
USER 65532:65532
EXPOSE 8080
# No shell. A small young generation keeps the peak of the first lists low, and costs no time. The heap is a part of the container's
# memory limit; the rest is for what V8 keeps outside of it.
ENTRYPOINT ["node", "--max-semi-space-size=4", "--max-old-space-size-percentage=70", "/app/dist/main.js"]
CMD ["operator"]
