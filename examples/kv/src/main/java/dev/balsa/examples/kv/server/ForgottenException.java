// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

/** The cluster does not count this member, with this directory, among its own. */
final class ForgottenException extends StartException {
  private static final long serialVersionUID = 1;

  ForgottenException(String message) {
    super(message);
  }
}
