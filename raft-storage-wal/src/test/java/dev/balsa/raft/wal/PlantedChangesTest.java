// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.planted.PlantedChanges;

class PlantedChangesTest extends PlantedChanges {}
