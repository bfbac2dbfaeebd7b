# Rendered by Slipway: the commands of a function run on its base image.
# Base: node:22-slim (sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa)
FROM docker.io/library/node@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
USER 0
RUN apt-get update && apt-get install -y --no-install-recommends git=1:2.39*
RUN echo "$HOME" > /etc/home
RUN ["/bin/sh","-c","echo one\necho two"]
RUN ["/bin/sh","-c","[ -f /etc/passwd ]"]
RUN ["/bin/sh","-c","--mount is no flag here"]
RUN ["/bin/sh","-c","echo trailing \\"]
RUN ["/bin/sh","-c","cat <<EOF"]
USER node
