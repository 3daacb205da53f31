// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

/** The member was removed from its cluster, and knows it for certain. */
final class RemovedException extends Exception {
  private static final long serialVersionUID = 1;

  RemovedException(String message) {
    super(message);
  }
}
