// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;

/**
 * An address as flags give it: {@code http://host:port}.
 *
 * @param host a name or address; an IPv6 address without brackets
 * @param port from 0 (any that is free) to 65535
 */
record Url(String host, int port) {
  /**
   * Reads one.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  static Url parse(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a URL; http://HOST:PORT is expected", e);
    }
    if ("https".equals(uri.getScheme())) {
      throw new IllegalArgumentException(
          "'" + text + "' asks for TLS, which this version does not have; use http://");
    }
    boolean hasPath = uri.getRawPath() != null && !uri.getRawPath().isEmpty();
    if (!"http".equals(uri.getScheme())
        || uri.getHost() == null
        || uri.getPort() < 0
        || uri.getPort() > 65535
        || uri.getRawUserInfo() != null
        || hasPath
        || uri.getRawQuery() != null
        || uri.getRawFragment() != null) {
      throw new IllegalArgumentException("'" + text + "' is not of the form http://HOST:PORT");
    }
    String host = uri.getHost();
    if (host.startsWith("[")) {
      host = host.substring(1, host.length() - 1);
    }
    return new Url(host, uri.getPort());
  }

  /** Host and port, an IPv6 address in brackets. */
  String hostAndPort() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }

  InetSocketAddress resolve() {
    return new InetSocketAddress(host, port);
  }

  @Override
  public String toString() {
    return "http://" + hostAndPort();
  }
}
