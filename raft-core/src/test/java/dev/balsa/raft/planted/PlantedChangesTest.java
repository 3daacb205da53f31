// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.planted;

class PlantedChangesTest extends PlantedChanges {}
