"""The prose of the published comparison rules, in Vietnamese and in English."""

from __future__ import annotations

from service.evidence_words import Words

TOP: Words = (
    """# Quy tắc đối chiếu

*(English below.)* Trang này cho biết một hồ sơ mở tài khoản hay đăng ký SIM được đối chiếu với cơ
sở dữ liệu dân cư như thế nào, và vì sao kết luận là *đã xác minh* hay *không khớp*. Trang được viết
ra từ chính chương trình (`make reference`), nên các câu, trọng số và ví dụ ở đây là những gì đang được
áp dụng; phiên bản trọng số: {version}. Trọng số được ước lượng trên một thế giới giả lập
(`chinhchu weights` ước lượng lại từ sổ đăng ký thật). Mọi tên người ở đây đều là giả.
""",
    """# The comparison rules

This page tells how a registration of an account or a SIM is compared with the population register,
and why the verdict is *verified* or *mismatch*. It is written by the program itself (`make
reference`): the sentences, weights and examples are those in force; version of the weights:
{version}. They were estimated on a simulated world (`chinhchu weights` estimates them anew from a
real book). Every name on this page is made up.
""",
)
FIELDS: Words = (
    """## 1. Đối chiếu những gì

| trường | vai trò |
| --- | --- |
| số giấy tờ, họ tên, ngày sinh | khác hẳn thì không bao giờ được coi là đã xác minh; lỗi nhỏ thì được cân nhắc cùng mọi thứ còn lại |
| giới tính | chỉ cộng hay trừ trọng số |
| địa chỉ, ngày cấp giấy tờ | chỉ cộng hay trừ trọng số; không bao giờ tự làm hồ sơ thành không khớp |

Tình trạng của người đó (đã mất, mất tích…), tuổi, hạn của giấy tờ và cấu trúc của con số **không** nằm
trong kết luận này: chúng được xét riêng. Trường bỏ trống hoặc cơ sở dữ liệu không có thì không cộng,
không trừ.
""",
    """## 1. What is compared

| field | what it can do |
| --- | --- |
| document number, name, birth date | quite another one is never called verified; a slip is weighed with everything else |
| sex | adds or takes weight, no more |
| address, issue date | add or take weight, no more; they never make a mismatch |

The person's status (deceased, missing …), age, the validity of the paper and the structure of the number
are **no** part of this verdict: they are looked at apart. A field left empty, or unknown to the
register, adds and takes nothing.
""",
)
FOUND: Words = (
    """## 2. Tìm ra người để đối chiếu

Theo số giấy tờ như đã gõ; nếu không được, theo số cũ hoặc số sau khi sửa lỗi gõ, rồi theo họ tên và
ngày sinh. Hơn một người phù hợp thì không đoán: kết luận là *không thể xác minh*. Cách tìm cho điểm
khởi đầu, tính bằng **bit**: mỗi bit làm khả năng là chính chủ tăng gấp đôi, bit âm làm giảm một nửa.
Người đứng tên được so với hai khả năng khác: *người lạ*, do trùng hợp hoặc gõ nhầm số mà bị đối
chiếu với bản ghi này; *kẻ mạo danh*, biết một phần thông tin của người trong bản ghi.
""",
    """## 2. Who is compared with

The person under the number as typed; failing that, under a former number or the number with a slip
repaired, then by name and birth date. Where more than one person fits nobody guesses: the verdict is
*unverifiable*. What led to the person gives the start, in **bits**: each bit doubles the odds for the
holder, a bit below zero halves them. The holder is set against two alternatives: a *stranger*, whom
chance or a slip led to this record, and an *impostor*, who knows a part of this person's record.
""",
)
IMPOSTOR_KNOWS: Words = (
    """
Giả định về kẻ mạo danh: mỗi trường được biết với tỷ lệ dưới đây, và trường đã biết thì viết đúng như
chính chủ sẽ viết; việc biết con số đã nằm trong điểm khởi đầu. Không có sổ sách nào ghi lại những gì
họ biết: đây là giả định, không phải số đo. Kẻ cầm thẻ thật, hay ảnh chụp thẻ, biết mọi trường: phép đối
chiếu giấy tờ không nhận ra người đó; việc ấy dành cho khuôn mặt và phần rủi ro.
""",
    """
What is assumed of an impostor: each field is known to the share of them below, and what they know they
write as the holder would; knowing the number is part of the start. No book records what they know: these
are assumptions, not measurements. Whoever holds the card, or a photograph of it, knows every field: no
comparison of papers tells that person; the face and the risk are there for it.
""",
)
NAME_ORDER: Words = (
    """## 3. Họ tên được so theo thứ tự nào

Từ chặt đến lỏng. Mức chặt nhất mà hai tên khớp nhau cho biết khác biệt là gì.
""",
    """## 3. In which order names are compared

From strict to loose. The strictest level at which the two names agree names the difference.
""",
)
RARITY: Words = (
    """## 4. Tên hiếm và tên phổ biến

Trùng một tên phổ biến nói lên ít, trùng một tên hiếm nói lên nhiều. Khi họ tên khớp, phần này được
cộng thêm khi so với *người lạ*; so với kẻ mạo danh, người biết tên, thì không.
""",
    """## 4. Rare names and common ones

To agree on a common name says little, on a rare one much. Where the name agrees, this is added against a
*stranger*; against an impostor, who knows the name, it is not.
""",
)
DIFFERENCES: Words = (
    """## 5. Mọi khác biệt, kết quả và trọng số

Số bit được cộng vào khi gặp khác biệt ấy. Khác biệt không có trong bảng của trường thì không cộng, không
trừ. `register_agrees` và `register_differs` dành cho cơ sở dữ liệu chỉ trả lời khớp hay không khớp: một
câu *không khớp* được tính như khác biệt nặng nhất của trường so với từng khả năng, vì không ai nhìn thấy
đó có phải lỗi gõ không. Kẻ mạo danh thường biết quận huyện: cùng quận huyện mà khác nhà vì thế trừ nhiều
hơn là ở tỉnh khác.""",
    """## 5. Every difference, its outcome and its weight

The bits that a difference adds. What is not in the table of a field adds and takes nothing.
`register_agrees` and `register_differs` belong to a register that answers yes or no alone: its *no* is
taken for the gravest difference of the field against each alternative, because nobody can see whether it
is a slip. Impostors often know the district: another house of the same district therefore takes more
than another province.""",
)
VERDICT: Words = (
    """
## 6. Kết luận

Các bit được cộng lại cho từng khả năng, rồi lấy tổng nhỏ hơn.

1. Tìm thấy một người, mà số, họ tên hoặc ngày sinh có kết quả *không khớp*: **không khớp**, dù tổng là bao
   nhiêu. Cũng vậy khi một phần họ tên là tên khác chứ không phải lỗi gõ (một từ khác, tên đệm khác) mà
   ngày sinh không khớp hoàn toàn: cơ sở dữ liệu có thể đã cải chính họ tên, nhưng khi đó ngày sinh phải đúng.
2. Tổng từ {verified} bit trở lên: **đã xác minh**.
3. Chưa đủ, và số, họ tên hoặc ngày sinh chỉ *gần khớp*: **không khớp**. Khi tìm theo họ tên và ngày sinh,
   lỗi nhỏ chưa phải là trái ngược: **không thể xác minh**.
4. Chưa đủ, nhưng không có gì trái ngược: **không thể xác minh**.
5. Không có ai mang số này: **không tìm thấy**. Cơ sở dữ liệu không trả lời, không gồm loại giấy tờ này,
   hoặc có nhiều người phù hợp: **không thể xác minh**.

Khi nhiều người cùng phù hợp, một người chỉ được nêu tên nếu hơn người kế tiếp {distinct} bit.

## 7. Hai ví dụ
""",
    """
## 6. The verdict

The bits are added up against each alternative; the smaller sum decides.

1. A person was found, and the outcome of number, name or birth date is *mismatch*: **mismatch**, whatever
   the sum. So too where a part of the name is another one and no slip (one word, the middle names) and the
   birth date does not agree in full: the register may have corrected a name, but then the date is right.
2. A sum of {verified} bits or more: **verified**.
3. Less, and number, name or birth date agree only nearly: **mismatch**. Where the person was found by name
   and birth date, a slip is no contradiction: **unverifiable**.
4. Less, and nothing contradicts: **unverifiable**.
5. The register holds nobody under the number: **not found**. The register does not answer, does not
   cover the paper, or several persons fit: **unverifiable**.

Where several persons fit, one of them is named alone if it leads the next by {distinct} bits.

## 7. Two examples
""",
)
SLIP: Words = (
    """
### Lỗi gõ, vẫn được xác minh

Trong cơ sở dữ liệu: Trần Thị Mỹ Duyên, nữ, sinh 03/02/1990, 5 Lê Lợi, Phường Sài Gòn, Thành phố Hồ Chí
Minh. Hồ sơ gõ kiểu Telex chưa chuyển dấu, đảo ngày và tháng, địa chỉ theo quận cũ.
""",
    """
### Slips, and still verified

In the register: Trần Thị Mỹ Duyên, female, born 3 February 1990, 5 Lê Lợi, Phường Sài Gòn, Thành phố Hồ
Chí Minh. The registration holds raw Telex keystrokes, day and month swapped, and the old district.
""",
)
IMPOSTOR: Words = (
    """
### Kẻ mạo danh, không được xác minh

Cùng bản ghi ấy. Người mở tài khoản biết số, họ tên, giới tính và tỉnh thành, nhưng đoán ngày sinh và
địa chỉ.
""",
    """
### An impostor, not verified

The same record. Whoever opens the account knows number, name, sex and province, and guesses the birth date
and the address.
""",
)
