-- A pandoc filter: a chapter's text becomes slides. Of each section it keeps the heading, the first sentence, every sentence
-- that defines a term (bold) or bears a slug, the displayed formulas with the sentence that leads to them, figures, code,
-- tables, and the paragraphs "Predict", whose answers come on the next slide.

-- Sections that are for reading and not for showing.
local skipped = {['Things to try'] = true, ['Reading the code'] = true, ['Sources'] = true, ['Figures'] = true}

-- What fits: lines of text on a slide, letters in such a line, lines of a table; and what a figure needs.
local lines_of_slide, letters_of_line, lines_of_table, lines_of_figure = 14.5, 80, 11.5, 11

local text = pandoc.utils.stringify

-- Sentences ------------------------------------------------------------------------------------------------------------

local function ends_sentence(inline)
  local last = inline.t == 'Str' and inline.text or (inline.t == 'Strong' or inline.t == 'Emph') and text(inline) or ''
  return last:match('[.?!:][)”’"]*$') and not last:match('^%u%.$') and not last:match('e%.g%.$')
end

-- A sentence begins with a capital letter, a formula, code, or something emphasised.
local function begins_sentence(inline)
  if inline == nil then return true end
  if inline.t == 'Str' then return inline.text:match('^[%u"“(]') ~= nil end
  return inline.t ~= 'Space' and inline.t ~= 'SoftBreak'
end

-- The sentences of a paragraph, each a list of inlines. A colon ends none.
local function sentences(inlines)
  local all, current = {}, pandoc.List()
  for i, inline in ipairs(inlines) do
    local space = inline.t == 'Space' or inline.t == 'SoftBreak'
    if not (space and #current == 0) then current:insert(inline) end
    if ends_sentence(inline) and not text(inline):match(':$') and (inlines[i + 1] == nil or
        (inlines[i + 1].t == 'Space' or inlines[i + 1].t == 'SoftBreak') and begins_sentence(inlines[i + 2])) then
      table.insert(all, current)
      current = pandoc.List()
    end
  end
  if #current > 0 then table.insert(all, current) end
  -- a bold sentence that is a heading belongs to the next one
  for i = #all - 1, 1, -1 do
    if #all[i] == 1 and all[i][1].t == 'Strong' then
      local next = table.remove(all, i + 1)
      all[i]:insert(pandoc.Space())
      all[i]:extend(next)
    end
  end
  return all
end

-- "It", "This" or "Therefore" at the beginning of a sentence refers to the one before.
local refers = {}
for word in ('It Its This That These Those They Their He Here There Then Therefore Hence So Both'):gmatch('%a+') do
  refers[word] = true
end

local function is_short(sentence) return utf8.len(text(sentence)) < 25 end
local function needs_the_one_before(sentence)
  return sentence[1] ~= nil and sentence[1].t == 'Str' and refers[sentence[1].text:match('^%a*')] or is_short(sentence)
end

local function contains(inlines, predicate)
  for _, inline in ipairs(inlines) do if predicate(inline) then return true end end
  return false
end

local function is_slug(inline)
  return inline.t == 'Code' and inline.text:match('^%l+:[%l%d-]+$') ~= nil
end
local function is_claim(sentence)
  return contains(sentence, function(inline) return inline.t == 'Strong' or is_slug(inline) end)
end
local function is_prediction(inlines)
  return inlines[1] ~= nil and inlines[1].t == 'Strong' and text(inlines[1]):match('^Predict') ~= nil
end
local function is_display(inline) return inline.t == 'Math' and inline.mathtype == 'DisplayMath' end

-- Pieces: blocks that stay together, with the lines that they take ---------------------------------------------------------

local function lines_of(inlines) return math.ceil(utf8.len(text(inlines)) / letters_of_line) + 0.25 end

local function formula_lines(formula)
  local rows = select(2, formula:gsub('\\\\', ''))
  local high = formula:match('\\frac') or formula:match('\\sum') or formula:match('\\int') or formula:match('\\prod')
  return (high and 2.3 or 1.6) + (formula:match('underbrace') and 0.8 or 0) + rows
end

local function sentence_piece(sentence)
  return {blocks = {pandoc.BulletList({{pandoc.Plain(sentence)}})}, lines = lines_of(sentence), bullet = sentence}
end

local function formula_piece(lead, formula)
  local blocks, lines = {pandoc.Para({formula})}, formula_lines(formula.text)
  if lead ~= nil then
    table.insert(blocks, 1, pandoc.BulletList({{pandoc.Plain(lead)}}))
    lines = lines + lines_of(lead)
  end
  return {blocks = blocks, lines = lines}
end

local function figure_piece(image)
  local caption = image.caption
  image.caption, image.title = {}, ''
  image.attributes.alt = text(caption)
  local block = pandoc.Div({pandoc.Plain({image}), pandoc.Para(caption)}, {class = 'figure'})
  return {blocks = {block}, lines = lines_of_figure, fills = true}
end

local function code_piece(block, source)
  local blocks = {block}
  if source then table.insert(blocks, pandoc.Div({pandoc.Plain({pandoc.Str(source)})}, {class = 'source'})) end
  return {blocks = blocks, lines = 0.9 * (1 + select(2, block.text:gsub('\n', ''))) + (source and 1 or 0)}
end

-- A long table goes over several slides, as equal as they can be, each with the head.
local function table_pieces(block)
  local simple, total = pandoc.utils.to_simple_table(block), 0
  local rows, lines = simple.rows, {}
  for i, row in ipairs(rows) do
    local longest, letters = 0, 0
    for _, cell in ipairs(row) do
      local here = utf8.len(text(cell))
      longest, letters = math.max(longest, here), letters + here
    end
    lines[i] = 1.1 * math.max(1, math.ceil(letters / letters_of_line), math.ceil(longest / (0.5 * letters_of_line)))
    total = total + lines[i]
  end
  local of_each, pieces = total / math.ceil(total / lines_of_table), {}
  simple.rows = {}
  local used, done = 0, 0
  for i, row in ipairs(rows) do
    table.insert(simple.rows, row)
    used, done = used + lines[i], done + lines[i]
    if done >= of_each * (#pieces + 1) - 0.01 or i == #rows then
      table.insert(pieces, {blocks = {pandoc.utils.from_simple_table(simple)}, lines = used + 1.2})
      simple.rows, used = {}, 0
    end
  end
  return pieces
end

-- "Predict" has a slide of its own. What stands behind the last question, or in brackets, and is nothing to do is the answer: it
-- comes on the next one.
local to_do = {Decide = true, Then = true, Run = true, Think = true, Write = true, Remember = true, Look = true}

local function prediction_pieces(inlines)
  local all, last = sentences(inlines), 0
  for i, sentence in ipairs(all) do if text(sentence):match('%?[)”"]*$') then last = i end end
  local question, answer = pandoc.List(), pandoc.List()
  for i, sentence in ipairs(all) do
    local words = text(sentence)
    local answers = #answer > 0 or words:match('^%(') or
      last > 0 and i > last and not to_do[words:match('^%a*')] and not words:match('chapters/run')
    local to = answers and answer or question
    if #to > 0 then to:insert(pandoc.Space()) end
    to:extend(sentence)
  end
  local pieces = {{blocks = {pandoc.Div({pandoc.Para(question)}, {class = 'predict'})}, lines = lines_of_slide, predicts = true}}
  if #answer > 0 then table.insert(pieces, {blocks = {pandoc.Para(answer)}, lines = lines_of(answer), fresh = true}) end
  return pieces
end

-- A section -----------------------------------------------------------------------------------------------------------------

-- The pieces of a section's blocks, in their order.
local function pieces_of(blocks)
  local pieces, source = {}, nil
  local lead, previous = nil, nil   -- what leads to a formula; the last sentence, if it is on no slide
  local begun, answers = false, false   -- a first sentence is there; the next paragraph answers a prediction
  local function add(piece) table.insert(pieces, piece) end

  -- Sentences up to a formula or the end: claims are kept, and the last one before a formula leads to it.
  local function paragraph(inlines)
    local before = pandoc.List()
    local function flush(formula)
      local all = sentences(before)
      for i, sentence in ipairs(all) do
        local leads, kept = formula ~= nil and i == #all, is_claim(sentence) or not begun or (answers and i <= 3)
        local whole = sentence
        if previous ~= nil and needs_the_one_before(sentence) then
          whole = previous:clone()
          whole:insert(pandoc.Space())
          whole:extend(sentence)
        end
        if kept and not leads then add(sentence_piece(whole)) end
        begun = true
        previous, lead = not kept and sentence or nil, whole
      end
      if formula ~= nil then
        -- the sentence may stand there already
        if lead ~= nil and #pieces > 0 and pieces[#pieces].bullet == lead then table.remove(pieces) end
        add(formula_piece(lead, formula))
        lead, previous = nil, nil
      end
      before = pandoc.List()
    end
    for _, inline in ipairs(inlines) do
      if is_display(inline) then flush(inline) else before:insert(inline) end
    end
    -- a comma or a full stop behind a formula is no sentence
    if text(before):match('%w') then flush(nil) end
  end

  for _, block in ipairs(blocks) do
    local was_answer = answers
    if block.t == 'RawBlock' then
      source = block.text:match('^<!%-%- *([%w_/.]+%.[%w]+) *%-%->') or source
    elseif block.t == 'CodeBlock' then
      add(code_piece(block, source))
      source = nil
    elseif block.t == 'Table' then
      for _, piece in ipairs(table_pieces(block)) do add(piece) end
    elseif block.t == 'BulletList' or block.t == 'OrderedList' then
      for _, item in ipairs(block.content) do
        if item[1].content and (item[1].t == 'Plain' or item[1].t == 'Para') then
          local first = sentences(item[1].content)[1]
          if not contains(first, is_display) then add(sentence_piece(first)) end
        end
      end
    elseif block.t == 'BlockQuote' then
      for _, inner in ipairs(block.content) do
        if is_prediction(inner.content) then
          for _, piece in ipairs(prediction_pieces(inner.content)) do add(piece) end
        else
          add({blocks = {inner}, lines = lines_of(inner.content), fresh = pieces[#pieces] and pieces[#pieces].predicts})
        end
      end
    elseif block.t == 'Para' and block.content[1].t == 'Emph' and text(block.content[1]):match('^An Introduction') then
      -- which section of the notes it is
    elseif block.t == 'Para' or block.t == 'Plain' then
      local images = block.content:filter(function(inline) return inline.t == 'Image' end)
      if #images > 0 then
        for _, image in ipairs(images) do add(figure_piece(image)) end
      elseif is_prediction(block.content) then
        for _, piece in ipairs(prediction_pieces(block.content)) do add(piece) end
        begun, answers, was_answer = true, true, false
      else
        paragraph(block.content)
        if was_answer then answers = false end
      end
    end
  end
  return pieces
end

-- The pieces of a section on as many slides as they need.
local function slides_of(heading, blocks)
  local slides, bullets, used, full = {}, nil, 0, true
  local function new_slide()
    table.insert(slides, pandoc.Header(2, heading))
    bullets, used, full = nil, 0, false
  end
  for _, piece in ipairs(pieces_of(blocks)) do
    if full or piece.predicts or piece.fresh or used + piece.lines > lines_of_slide then
      if full or used > 0 then new_slide() end
    end
    -- sentences that follow each other are one list
    if piece.bullet and bullets then
      bullets.content:insert({pandoc.Plain(piece.bullet)})
    else
      for _, block in ipairs(piece.blocks) do table.insert(slides, block) end
      bullets = piece.bullet and slides[#slides] or nil
    end
    used = used + (piece.lines or 0)
    full = piece.fills or false
  end
  return slides
end

function Pandoc(document)
  local slides, heading, section = pandoc.List(), nil, {}
  local function close()
    if heading and not skipped[text(heading)] then slides:extend(slides_of(heading, section)) end
    section = {}
  end
  for _, block in ipairs(document.blocks) do
    if block.t == 'Header' and block.level == 1 then
      document.meta.title = pandoc.MetaInlines(block.content)
      heading = block.content
    elseif block.t == 'Header' then
      close()
      heading = block.content
    elseif heading then
      table.insert(section, block)
    end
  end
  close()
  return pandoc.Pandoc(slides, document.meta)
end

-- Slides lie outside of the project's folders: a link keeps its words alone. \cr is TeX's own \\, and browsers slant the
-- letters of \mathrm.
return {
  {Link = function(link) return link.content end,
   -- a number and its error stay on one line
   Inlines = function(inlines)
     for i = 2, #inlines - 1 do
       if inlines[i].t == 'Str' and inlines[i].text == '±' then
         inlines[i - 1], inlines[i + 1] = pandoc.Str('\u{a0}'), pandoc.Str('\u{a0}')
       end
     end
     return inlines
   end,
   Math = function(formula)
     formula.text = formula.text:gsub('\\cr%s', '\\\\ '):gsub('\\mathrm%s*(%b{})', '\\text%1'):gsub('\\mathrm%s+(%a)', '\\text{%1}')
     return formula
   end},
  {Pandoc = Pandoc}
}
