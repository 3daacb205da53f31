// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * A cluster to be measured.
 *
 * @param endpoints HOST:PORT of each member that takes load, not empty
 */
record Target(List<String> endpoints) {
  Target {
    endpoints = List.copyOf(endpoints);
  }

  /** Accepts what etcdctl does: with or without {@code http://}. */
  static Target parse(List<String> words) {
    List<String> endpoints = new ArrayList<>();
    for (String word : words) {
      String endpoint = word.strip();
      if (endpoint.startsWith("https://")) {
        throw new IllegalArgumentException(
            "no TLS yet: give " + endpoint + " as http:// or HOST:PORT");
      }
      if (endpoint.startsWith("http://")) {
        endpoint = endpoint.substring("http://".length());
      }
      checkPort(endpoint);
      endpoints.add(endpoint);
    }
    if (endpoints.isEmpty()) {
      throw new IllegalArgumentException("no endpoints given; e.g. --endpoints 127.0.0.1:2379");
    }
    return new Target(endpoints);
  }

  private static void checkPort(String endpoint) {
    try {
      int port = portOf(endpoint);
      if (endpoint.indexOf(':') > 0 && port > 0 && port < 65536) {
        return;
      }
    } catch (NumberFormatException e) {
      // Told below, like every other endpoint that is none.
    }
    throw new IllegalArgumentException("'" + endpoint + "' is no endpoint; write HOST:PORT");
  }

  static String hostOf(String endpoint) {
    return endpoint.substring(0, endpoint.lastIndexOf(':'));
  }

  static int portOf(String endpoint) {
    return Integer.parseInt(endpoint.substring(endpoint.lastIndexOf(':') + 1));
  }

  @Override
  public String toString() {
    return String.join(",", endpoints);
  }
}
