import Numerics
import Testing

@testable import Experiments

@Suite("Shards") struct ShardTests {
  private func problem(_ text: String) -> String? {
    do throws(InputError) {
      _ = try Shard(parsing: text)
      return nil
    } catch {
      return error.description
    }
  }

  @Test("K/N is read") func isRead() throws {
    #expect(try Shard(parsing: "2/4") == Shard(number: 2, count: 4))
    #expect(try Shard(parsing: "1/1") == .whole)
    #expect(try Shard(parsing: "1000000/1000000").number == 1_000_000)
    #expect(try Shard(parsing: "2/4").description == "2 of 4")
  }

  @Test(
    "What is not K/N is refused, with the form it should have",
    arguments: [
      "", "2", "/", "2/", "/4", "2/4/8", "a/b", "+2/4", "-1/4", " 2/4", "2 of 4", "2,5/4", "２/4", "5/4", "1/0",
    ])
  func isRefused(text: String) throws {
    let message = try #require(problem(text))
    #expect(message.hasPrefix("--shard: expected "))
    #expect(message.contains("found \"\(text)\""))
  }

  @Test("Counting from 0 is met with the words that help") func zero() {
    #expect(
      problem("0/4") == "--shard: expected K/N with K from 1 to N, such as 2/4, found \"0/4\". "
        + "Shards are counted from 1: the first is 1/4, the last 4/4.")
  }

  @Test("Numbers beyond what there can be are refused") func tooMany() throws {
    #expect(try #require(problem("1/1000001")).contains("1 to 1000000 shards"))
    #expect(problem("1/99999999999999999999") != nil)
  }

  @Test(
    "The store of a shard has its number before the extension",
    arguments: [
      ("grid.basin", "grid.2-of-4.basin"), ("grid", "grid.2-of-4"), ("out.d/grid", "out.d/grid.2-of-4"),
      ("./a.b/grid.v2.basin", "./a.b/grid.v2.2-of-4.basin"), (".basin", ".basin.2-of-4"),
      ("/tmp/.grid", "/tmp/.grid.2-of-4"), ("../grid.basin", "../grid.2-of-4.basin"),
      ("Größe.basin", "Größe.2-of-4.basin"),
    ])
  func path(store: String, expected: String) {
    #expect(Shard(number: 2, count: 4).path(of: store) == expected)
    #expect(Shard.whole.path(of: store) == store)
  }
}
