// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.simulator.check.Property;
import dev.balsa.raft.spi.StateMachine;
import java.util.Arrays;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A simulator that finds nothing is worth something only if it finds what is there to be found. */
class PlantedBugsTest {
  /** The most seeds that finding a bug may take. */
  private static final int SEEDS = 50;

  private static void expect(
      Wiring wiring, Supplier<? extends StateMachine<Long>> machines, Property... properties) {
    Simulation<Long> simulation =
        Simulation.of(machines).workload(Ledger::put).faults(Faults.swarm()).wiring(wiring);
    for (long seed = 1; seed <= SEEDS; seed++) {
      String violation = simulation.run(seed).violation();
      if (violation != null) {
        assertThat(Arrays.stream(properties).map(Property::toString))
            .as("seed %d: %s", seed, violation)
            .anyMatch(violation::startsWith);
        return;
      }
    }
    throw new AssertionError("not found within " + SEEDS + " seeds");
  }

  private static void expect(Wiring wiring, Property... properties) {
    expect(wiring, Ledger::new, properties);
  }

  @Test
  @Tag("W31")
  void aDiskThatLies() {
    expect(PlantedBugs.forceLies(), Property.DURABILITY);
  }

  @Test
  void aDirectoryThatIsNotSynced() {
    expect(PlantedBugs.directoryIsNotSynced(), Property.DURABILITY, Property.NO_FAILURE);
  }

  @Test
  void anAcknowledgementBeforeTheWrite() {
    expect(PlantedBugs.acknowledgesBeforeWriting(), Property.DURABILITY);
  }

  @Test
  void anAcknowledgementBeforeTheSync() {
    expect(PlantedBugs.acknowledgesBeforeTheSync(), Property.DURABILITY);
  }

  @Test
  void aVoteThatIsForgotten() {
    expect(PlantedBugs.forgetsTheVote(), Property.DURABILITY);
  }

  @Test
  void aRefusalCountedAsAVote() {
    expect(
        PlantedBugs.countsRefusalsAsVotes(),
        Property.ELECTION_SAFETY,
        Property.LEADER_COMPLETENESS);
  }

  @Test
  void anAcknowledgementOnArrival() {
    expect(PlantedBugs.acknowledgesOnArrival(), Property.DURABILITY);
  }

  @Test
  void aLeaderThatCountsWhatItSent() {
    expect(
        PlantedBugs.countsWhatItSent(),
        Property.DURABILITY,
        Property.LEADER_COMPLETENESS,
        Property.STATE_MACHINE_SAFETY);
  }

  @Test
  void aReadWithoutAQuorum() {
    expect(PlantedBugs.readsWithoutAQuorum(), Property.LINEARIZABILITY);
  }

  @Test
  void aProposalRefusedAndForwarded() {
    expect(PlantedBugs.refusesWhatItForwards(), Property.OUTCOMES);
  }

  @Test
  void aClusterThatCannotElect() {
    expect(PlantedBugs.losesVotes(), Property.LIVENESS);
  }

  @Test
  void aStateMachineThatIsNotDeterministic() {
    expect(Wiring.STRAIGHT, PlantedBugs.Nondeterministic::new, Property.STATE_MACHINE_SAFETY);
  }

  @Test
  void aSnapshotThatIsNotWhole() {
    expect(Wiring.STRAIGHT, PlantedBugs.Forgetful::new, Property.STATE_MACHINE_SAFETY);
  }
}
