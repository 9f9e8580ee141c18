# Imports news feeds into a small archive of Markdown files.

require "date"
require "fileutils"
require "net/http"
require "rexml/document"
require "yaml"

class FeedImporter
  Entry = Struct.new(:title, :link, :published, :body)

  def initialize(folder, feeds = [])
    @folder = folder
    @feeds = feeds
    @seen = YAML.load(File.read(seen_file)) rescue []
  end

  def run
    @feeds.each do |feed|
      entries(feed).each do |entry|
        next if @seen.include?(entry.link)

        write(entry)
        @seen << entry.link
      end
    end
    File.write(seen_file, @seen.to_yaml)
  end

  # The entries of a feed, newest first.
  def entries(feed)
    body = Net::HTTP.get(URI(feed))
    document = REXML::Document.new(body)
    items = document.get_elements("//item").map do |item|
      Entry.new(
        item.elements["title"].text,
        item.elements["link"].text,
        DateTime.parse(item.elements["pubDate"].text),
        item.elements["description"].text
      )
    end
    items.sort_by(&:published)
  rescue Exception => error
    warn "#{feed}: #{error.message}"
    []
  end

  private

  def write(entry)
    day = entry.published.strftime("%Y-%m-%d")
    folder = File.join(@folder, day)
    FileUtils.mkdir_p(folder)
    name = entry.title.downcase.gsub(/ /, "-")
    file = File.open(File.join(folder, "#{name}.md"), "w")
    file.puts "# #{entry.title}", "", "<#{entry.link}>", "", entry.body
  end

  def seen_file
    File.join(@folder, "seen.yml")
  end
end

if $PROGRAM_NAME == __FILE__
  folder = ARGV.shift || "archive"
  FeedImporter.new(folder, ARGV).run
end
