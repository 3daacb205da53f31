// SPDX-License-Identifier: Apache-2.0

/**
 * The multi-version store: every write makes a new revision, old ones can be read until they are
 * compacted away.
 *
 * <p>What readers see is a {@link dev.balsa.examples.kv.store.State}, an immutable value; there are
 * no locks between them and the one writer, and a snapshot is no more than a reference to a state.
 */
package dev.balsa.examples.kv.store;
