// SPDX-License-Identifier: Apache-2.0
/** {@code balsa-kv rejoin}: replaces a member whose data directory is lost, as a client. */
package dev.balsa.examples.kv.rejoin;
