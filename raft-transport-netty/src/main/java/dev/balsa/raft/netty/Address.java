// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * A host and a port, as written: not resolved, because names may point elsewhere tomorrow.
 *
 * @param host a name, an IPv4 or an IPv6 address, the latter without its brackets
 * @param port 0 to 65535
 */
record Address(String host, int port) {
  /**
   * Reads {@code host:port} or {@code [IPv6]:port}.
   *
   * @throws IllegalArgumentException saying what is wrong
   */
  static Address parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? text : text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (bracketed) {
      host = host.substring(1, host.length() - 1);
    }
    if (colon < 0 || host.isEmpty() || bracketed != host.contains(":")) {
      throw new IllegalArgumentException(
          "not an address: '" + text + "'; write host:port, or [IPv6]:port");
    }
    return new Address(host, port(text, text.substring(colon + 1)));
  }

  private static int port(String text, String digits) {
    if (!digits.isEmpty() && digits.length() <= 5 && digits.chars().allMatch(Address::isDigit)) {
      int port = Integer.parseInt(digits);
      if (port <= 0xffff) {
        return port;
      }
    }
    throw new IllegalArgumentException("not a port in address '" + text + "'; it is 0 to 65535");
  }

  private static boolean isDigit(int character) {
    return character >= '0' && character <= '9';
  }

  /** Whether {@link #resolve} answers without asking anyone. */
  boolean isLiteral() {
    return NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
  }

  /**
   * The addresses that the host has now; may block unless it {@linkplain #isLiteral is one}.
   *
   * @param attempt which of them to take: one after the other, so that one that is down does not
   *     keep us from the next
   */
  InetSocketAddress resolve(int attempt) throws UnknownHostException {
    InetAddress[] all = InetAddress.getAllByName(host);
    return new InetSocketAddress(all[Math.floorMod(attempt, all.length)], port);
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
