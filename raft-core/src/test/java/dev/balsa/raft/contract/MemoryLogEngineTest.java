// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.contract;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.spi.LogEngine;
import dev.balsa.raft.spi.LogIdentity;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class MemoryLogEngineTest extends LogEngineContract {
  @Override
  protected LogEngine create() {
    return new MemoryLogEngine(new LogIdentity(5, new MemberId(1, 99), 1));
  }

  @Override
  protected LogEngine reopen(LogEngine running) {
    return ((MemoryLogEngine) running).reopen();
  }

  @Override
  protected boolean fillUp() {
    ((MemoryLogEngine) engine).fillUp();
    return true;
  }

  @Override
  protected void makeRoom() {
    ((MemoryLogEngine) engine).makeRoom();
  }

  @Test
  void aFailedEngineFailsForGood() throws IOException {
    engine.bootstrap(GROUP, BEGINNING);
    ((MemoryLogEngine) engine).failWrites(new IOException("broken"));
    assertThatThrownBy(() -> write(hardState(1, 1, 0))).hasRootCauseMessage("broken");
    assertThatThrownBy(() -> write(hardState(1, 1, 0))).hasRootCauseMessage("broken");
  }
}
