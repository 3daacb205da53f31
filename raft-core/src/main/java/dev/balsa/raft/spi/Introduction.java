// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.spi;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a member says of its cluster to one that wants to join.
 *
 * @param clusterId the cluster's id
 * @param addresses where the members listen for each other, by their ids, ascending
 */
public record Introduction(long clusterId, Map<Long, String> addresses) {
  public Introduction {
    addresses = Collections.unmodifiableMap(new TreeMap<>(addresses));
  }
}
